#include "providers/llm/intents/matcher.h"

#include <algorithm>
#include <utility>

#include "providers/llm/intents/alignment.h"

namespace voiceagent::intents {
namespace {

// An utterance of more words is not understood: no sentence is that long, and the time is bounded.
constexpr std::size_t kMaxWords = 100;

// The best sentence, and how well the best one of any other intent fits.
struct Ranking {
  const IntentDefinition* intent = nullptr;
  const WordGraph* sentence = nullptr;
  float score = 0;
  float runner_up = 0;
};

Ranking rank(const IntentsFile& file, Alignment& alignment) {
  Ranking out;
  for (const IntentDefinition& intent : file.intents) {
    float best = 0;
    const WordGraph* sentence = nullptr;
    for (const WordGraph& graph : intent.sentences) {
      const float score = alignment.score(graph);
      if (score > best) {
        best = score;
        sentence = &graph;
      }
    }
    if (best > out.score) {
      out = {&intent, sentence, best, out.score};
    } else {
      out.runner_up = std::max(out.runner_up, best);
    }
  }
  return out;
}

// A match this good is believed although a slot took nothing but "that".
constexpr float kSurely = 0.9F;
constexpr float kSaysLittle = 0.5F;  // The weight of such words.

// Whether an open slot took only words that were left over from the sentence itself.
bool is_left_over(const HeardWords& heard, const Capture& capture) {
  if (capture.value >= 0) return false;
  for (std::size_t i = capture.first_word; i <= capture.last_word; ++i) {
    if (heard.weights[i] > kSaysLittle) return false;
  }
  return true;
}

// The better the match, the less another one may count against it.
bool is_clear(const Ranking& ranking, const MatchOptions& options) {
  if (ranking.intent == nullptr || ranking.score < options.threshold) return false;
  const double doubt = (1.0 - ranking.score) / std::max(0.01, 1 - options.threshold);
  return ranking.score - ranking.runner_up >= options.margin * doubt;
}

// The words of an open slot as they were said, without "uh" and "please" around them.
std::string said(std::string_view utterance, const std::vector<Word>& words, Capture capture) {
  while (capture.first_word < capture.last_word && is_hesitation(words[capture.first_word].text)) {
    ++capture.first_word;
  }
  while (capture.first_word < capture.last_word && is_hesitation(words[capture.last_word].text)) {
    --capture.last_word;
  }
  const std::size_t begin = words[capture.first_word].begin;
  return std::string(utterance.substr(begin, words[capture.last_word].end - begin));
}

}  // namespace

Match match(const IntentsFile& file, std::string_view utterance, const MatchOptions& options) {
  const HeardWords heard(words_of(utterance, kMaxWords + 1), file.vocabulary);
  if (heard.words.empty() || heard.words.size() > kMaxWords) return {};
  Alignment alignment(heard, file.vocabulary);
  const Ranking ranking = rank(file, alignment);
  if (!is_clear(ranking, options)) return {nullptr, ranking.score, {}};
  Match out{ranking.intent, alignment.score(*ranking.sentence), {}};
  for (const Capture& capture : alignment.captures(*ranking.sentence)) {
    if (out.score < kSurely && is_left_over(heard, capture)) return {nullptr, out.score, {}};
    const SlotDefinition& slot = file.slots[static_cast<std::size_t>(capture.slot)];
    out.slots.push_back({slot.name, capture.value < 0
                                        ? said(utterance, heard.words, capture)
                                        : slot.values[static_cast<std::size_t>(capture.value)]});
  }
  return out;
}

}  // namespace voiceagent::intents
