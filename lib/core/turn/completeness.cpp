#include "core/turn/completeness.h"

#include <algorithm>
#include <cmath>

#include "core/turn/completeness/language.h"

namespace voiceagent {
namespace turns {

std::optional<Completeness> judge_phrase(const Words& words, std::size_t lead,
                                         std::span<const Phrase> phrases) {
  std::optional<Completeness> found;
  std::size_t longest = 0;
  for (const Phrase& phrase : phrases) {
    if (phrase.words.size() <= longest || !words.ends_with(phrase.words)) continue;
    const auto count =
        static_cast<std::size_t>(std::count(phrase.words.begin(), phrase.words.end(), ' ') + 1);
    if (phrase.alone && lead + count < words.size()) continue;
    longest = phrase.words.size();
    found = Completeness{phrase.probability, phrase.reason};
  }
  return found;
}

}  // namespace turns

namespace {

const turns::Language* find_language(std::string_view tag) {
  const std::string_view primary = tag.substr(0, tag.find_first_of("-_"));
  for (const turns::Language* language : {&turns::english(), &turns::german()}) {
    if (std::equal(primary.begin(), primary.end(), language->tag.begin(), language->tag.end(),
                   [](char a, char b) { return (a | 0x20) == b; })) {
      return language;
    }
  }
  return nullptr;
}

// How much the recogniser's punctuation adds to the log-odds. Little for a full stop: recognisers
// end whatever they are given with one.
float weight_of(char mark) {
  switch (mark) {
    case '?': return 1.5F;
    case '!': return 1.0F;
    case '.': return 0.7F;
    case ',': return -2.0F;
    case '-': return -2.5F;
    default: return 0;
  }
}

float shift(float probability, float weight) {
  const float odds = probability / (1 - probability) * std::exp(weight);
  return odds / (1 + odds);
}

}  // namespace

Completeness score_completeness(std::string_view transcript, std::string_view language,
                                CompletenessContext context) {
  const turns::Language* const rules = find_language(language);
  if (rules == nullptr) return {0.5F, "unknown language"};
  turns::Words words(transcript, rules->spelling);
  if (words.size() == 0) return {0, "no words"};
  const float weight = weight_of(words.mark());
  Completeness result = rules->judge(words, context);
  if (weight != 0) result.probability = shift(result.probability, weight);
  return result;
}

}  // namespace voiceagent
