// A template as a graph of words: every way through it is a sentence, and nothing is expanded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "providers/llm/intents/sentence_template.h"
#include "providers/llm/intents/vocabulary.h"
#include "voiceagent/status.h"

namespace voiceagent::intents {

// The slots of a file: their values where they are listed, and their numbers.
struct SlotDefinition {
  std::string name;
  std::vector<std::string> values;             // As the file writes them; none: any words will do.
  std::vector<std::vector<Word>> value_words;  // The words of each.
};

// Which slot, of the file.
using SlotIndex = std::int32_t;
inline constexpr SlotIndex kNoSlot = -1;

// All sentences of one template. Places are numbered so that each comes after those before it;
// place 0 is the beginning and has no word.
struct WordGraph {
  // What comes before a place.
  struct Link {
    std::uint32_t from = 0;
    WordId pair = 0;     // The words of both places spoken as one.
    bool pairs = false;  // Whether they may be: both are words of the same slot or of none.
  };
  struct Place {
    WordId word = 0;
    SlotIndex slot = kNoSlot;
    std::int32_t value = 0;  // Which of the slot's values the word belongs to.
    bool open = false;       // One or more words that the slot takes, whatever they are.
    bool required = false;   // May not be left out.
    std::uint32_t first_link = 0;
    std::uint32_t link_count = 0;
  };
  std::vector<Place> places;
  std::vector<Link> links;
  std::vector<std::uint32_t> finals;  // Where a sentence may end.
};

// Builds the graph. Fails for a template that may match nothing in particular (no word at all, or
// open slots only) and for one that is too large.
Result<WordGraph> build_word_graph(const TemplateNode& sentence,
                                   const std::vector<SlotDefinition>& slots,
                                   Vocabulary& vocabulary);

}  // namespace voiceagent::intents
