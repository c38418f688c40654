#include "providers/llm/intents/vocabulary.h"

namespace voiceagent::intents {
namespace {

// Words less alike than this have nothing to do with each other.
constexpr float kLeastSimilarity = 0.25F;
// Two words that are taken for one must fit better: there are many pairs.
constexpr float kLeastJoined = 0.7F;
// What sounds alike but is written otherwise is not quite the same.
constexpr float kMostByEar = 0.97F;

float compare_sounds(const Sound& a, const Sound& b, float least) {
  if (!a.may_reach(b, least)) return 0;
  return a.similarity(b, least) * kMostByEar;
}

}  // namespace

WordId Vocabulary::add(std::string_view word) {
  if (const auto it = ids_.find(word); it != ids_.end()) return it->second;
  const auto id = static_cast<WordId>(entries_.size());
  entries_.push_back({std::string(word), Sound(word), weight_of(word)});
  ids_.emplace(word, id);
  return id;
}

WordId Vocabulary::add_pair(WordId first, WordId second) {
  const auto [it, is_new] = pair_ids_.try_emplace({first, second}, pairs_.size());
  if (is_new) pairs_.emplace_back(entries_[first].text, entries_[second].text);
  return it->second;
}

Similarities Vocabulary::compare(const std::vector<Word>& utterance) const {
  Similarities out;
  const std::size_t count = utterance.size();
  out.count_ = count;
  out.one_.resize(entries_.size() * count);
  out.two_.resize(entries_.size() * count);
  out.pair_.resize(pairs_.size() * count);
  for (std::size_t j = 0; j < count; ++j) {
    const Sound sound(utterance[j].text);
    const Sound joined = j + 1 < count ? Sound(utterance[j].text, utterance[j + 1].text) : Sound();
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const Entry& entry = entries_[i];
      out.one_[i * count + j] = entry.text == utterance[j].text
                                    ? 1
                                    : compare_sounds(entry.sound, sound, kLeastSimilarity);
      if (j + 1 < count) {
        out.two_[i * count + j] = compare_sounds(entry.sound, joined, kLeastJoined);
      }
    }
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      out.pair_[i * count + j] = compare_sounds(pairs_[i], sound, kLeastJoined);
    }
  }
  return out;
}

}  // namespace voiceagent::intents
