// How well an utterance fits a template: the cheapest way to turn one into the other, word by word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "providers/llm/intents/vocabulary.h"
#include "providers/llm/intents/word_graph.h"

namespace voiceagent::intents {

// An utterance, compared with the vocabulary.
struct HeardWords {
  explicit HeardWords(std::vector<Word> heard, const Vocabulary& vocabulary);
  std::vector<Word> words;
  std::vector<float> weights;
  Similarities similarities;
};

// What a slot took.
struct Capture {
  SlotIndex slot = kNoSlot;
  std::int32_t value = -1;     // Which listed value; -1: an open slot.
  std::size_t first_word = 0;  // The first and last word of the utterance.
  std::size_t last_word = 0;
};

// Aligns one utterance with many templates; keeps its memory between them.
class Alignment {
 public:
  Alignment(const HeardWords& heard, const Vocabulary& vocabulary)
      : heard_(heard), vocabulary_(vocabulary) {}

  // How well the utterance fits the best sentence of the graph, 0 to 1.
  float score(const WordGraph& graph);
  // What the slots of that sentence took. REQUIRES: score(graph) was the last call, and above 0.
  std::vector<Capture> captures(const WordGraph& graph) const;

 private:
  // The best way to a place with so many words of the utterance used up.
  struct Cell {
    float cost = 0;
    float weight = 0;         // Of all that was compared on the way.
    std::uint32_t place = 0;  // Where it came from.
    std::uint32_t used = 0;
  };

  void fill_beginning();
  void fill(const WordGraph& graph, std::uint32_t place, std::uint32_t used);
  void match_word(const WordGraph& graph, const WordGraph::Place& place, std::uint32_t used);
  void match_pair(const WordGraph& graph, const WordGraph::Link& link, WordId second,
                  std::uint32_t used);
  void consider(std::uint32_t place, std::uint32_t used, float cost, float weight);
  Cell& cell(std::uint32_t place, std::uint32_t used) { return cells_[place * stride_ + used]; }
  const Cell& cell(std::uint32_t place, std::uint32_t used) const {
    return cells_[place * stride_ + used];
  }
  std::uint32_t best_final(const WordGraph& graph) const;

  const HeardWords& heard_;
  const Vocabulary& vocabulary_;
  std::vector<Cell> cells_;
  std::size_t stride_ = 0;
  Cell best_;  // Of the cell being filled.
};

}  // namespace voiceagent::intents
