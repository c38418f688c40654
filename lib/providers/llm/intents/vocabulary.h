// The words of all templates, each once, so that an utterance is compared with each only once.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "providers/llm/intents/sound.h"
#include "providers/llm/intents/words.h"

namespace voiceagent::intents {

// Names a word, or a pair of words spoken as one.
using WordId = std::uint32_t;

// How well the words of one utterance fit those of the templates.
class Similarities {
 public:
  // Of the word to the utterance's word j.
  float one(WordId word, std::size_t j) const { return one_[word * count_ + j]; }
  // Of the word to the utterance's words j and j + 1 spoken as one ("brook lin").
  float two(WordId word, std::size_t j) const { return two_[word * count_ + j]; }
  // Of the pair to the utterance's word j ("good bye" heard as "goodbye").
  float pair(WordId pair, std::size_t j) const { return pair_[pair * count_ + j]; }

 private:
  friend class Vocabulary;
  std::size_t count_ = 0;
  std::vector<float> one_;
  std::vector<float> two_;
  std::vector<float> pair_;
};

// Filled while templates are read, then only read, from any thread.
class Vocabulary {
 public:
  WordId add(std::string_view word);
  WordId add_pair(WordId first, WordId second);
  float weight(WordId word) const { return entries_[word].weight; }
  // Compares with every word of an utterance.
  Similarities compare(const std::vector<Word>& utterance) const;

 private:
  struct Entry {
    std::string text;
    Sound sound;
    float weight = 1;
  };
  std::vector<Entry> entries_;
  std::vector<Sound> pairs_;
  std::map<std::string, WordId, std::less<>> ids_;
  std::map<std::pair<WordId, WordId>, WordId> pair_ids_;
};

}  // namespace voiceagent::intents
