// How numbers, spellings and addresses end.
#include "core/turn/completeness/language.h"

namespace voiceagent::turns {
namespace {

constexpr int kTelephone = 10;  // Digits of a whole number; seven may be all of a local one.
constexpr int kLocalTelephone = 7;

// The numbers and letters at the end.
struct Run {
  std::size_t begin = 0;
  int words = 0;
  int digits = 0;    // Letters too: characters, in short.
  bool code = true;  // Read out one by one, not counted.
};

bool in_run(const Words& words, std::size_t i) {
  return words.at(i).is(kNumber | kLetter | kMultiplier) ||
         (words.at(i).is("and") && words.at(i - 1).is(kScale) && words.at(i + 1).is(kNumber));
}

Run run_of(const Words& words) {
  Run run;
  run.begin = words.size();
  while (run.begin > 0 && in_run(words, run.begin - 1)) --run.begin;
  for (std::size_t i = run.begin; i < words.size(); ++i) {
    const Word& word = words.at(i);
    ++run.words;
    if (word.is(kMultiplier)) {
      run.digits += word.is("triple") ? 2 : 1;
    } else if (word.is(kNumeral)) {
      run.digits += static_cast<int>(word.text().size());
    } else if (word.is(kTeen | kTens)) {
      run.digits += 2;
    } else if (!(word.is(kDigit) && words.at(i - 1).is(kTens))) {
      run.digits += 1;
    }
    if (word.is(kTeen | kTens | kScale)) run.code = false;
  }
  run.code = (run.code && run.words > 1) || run.digits > 4;
  return run;
}

bool mentions(const Words& words, std::size_t end, WordClass classes) {
  for (std::size_t i = 0; i < end; ++i) {
    if (words.at(i).is(classes)) return true;
  }
  return false;
}

// How many digits what was mentioned has; 0: unknown.
int digits_due(const Words& words, const Run& run) {
  if (mentions(words, run.begin, kZipCue)) return 5;
  if (mentions(words, run.begin, kPinCue)) return 4;
  return mentions(words, run.begin, kPhoneCue) ? kTelephone : 0;
}

Completeness judge_code(const Words& words, const Run& run) {
  const int due = digits_due(words, run);
  if (due > 0) {
    if (run.digits >= due) return {0.92F, "number is long enough"};
    if (due == kTelephone && run.digits == kLocalTelephone) return {0.6F, "local telephone number"};
    return {due == kTelephone && run.digits > kLocalTelephone ? 0.35F : 0.08F,
            "number is too short"};
  }
  if (words.last().is(kLetter) && run.digits == run.words && run.digits > 3) {
    return {0.6F, "spelling"};
  }
  if (run.digits < 4) {
    return {mentions(words, run.begin, kCodeCue) ? 0.1F : 0.25F, "few digits"};
  }
  if (run.digits < 6) return {mentions(words, run.begin, kCodeCue) ? 0.4F : 0.45F, "some digits"};
  return {run.digits < kTelephone ? 0.65F : 0.85F, "many digits"};
}

// One number: a time, a price, a size.
Completeness judge_cardinal(const Words& words, const Run& run,
                            const CompletenessContext& context) {
  const Word& before = words.at(run.begin - 1);
  const bool round = words.last().is(kTens | kScale);
  if (mentions(words, run.begin, kStreetCue)) return {0.15F, "street is missing"};
  if (mentions(words, run.begin, kUnitCue)) return {0.2F, "unit is missing"};
  if (before.is(kDeterminer)) return {round ? 0.08F : 0.25F, "ordinal or noun is missing"};
  if (before.is(kOpensRange)) return {0.15F, "second number is missing"};
  if (before.is(kCoordinator)) {
    const bool range = words.at(run.begin - 2).is(kNumber);
    return {range ? 0.8F : 0.35F, range ? "range" : "number may go on"};
  }
  if (before.is(kApproximate)) {
    return {words.at(run.begin - 2).is(kPreposition) ? 0.75F : 0.35F, "unit is missing"};
  }
  if (context.agent_asked) return {round ? 0.7F : 0.85F, "number answers"};
  if (before.is(kMonth)) return {round ? 0.4F : 0.85F, "date"};
  if (words.at(run.begin).is(kDigit | kTeen) && words.at(run.begin + 1).is(kTeen | kTens)) {
    return {0.8F, "time or year"};  // seven thirty, nineteen eighty four
  }
  if (run.begin == 0) return {round ? 0.4F : 0.55F, "number alone"};
  return {round ? 0.55F : 0.75F, "number"};
}

Completeness judge_ordinal(const Words& words, const CompletenessContext& context) {
  if (words.size() == 1 && !context.agent_asked) return {0.45F, "ordinal alone"};
  const Word& before = words.last(1);
  if (!before.is(kDeterminer | kDemonstrative | kPreposition)) return {0.85F, "date"};
  if (mentions(words, words.size() - 1, kDateCue)) return {0.3F, "month is missing"};
  return {context.agent_asked ? 0.8F : 0.6F, "day"};
}

// "anna at gmail" lacks its ".com".
bool lacks_domain(const Words& words) {
  if (!mentions(words, words.size(), kMailCue) && !mentions(words, words.size(), kConnector)) {
    return false;
  }
  const std::size_t n = words.size();
  for (std::size_t back = 1; back < 4 && back < n; ++back) {
    if (words.last(back).is(kConnector)) return false;
    if (words.last(back).is("at")) return true;
  }
  return false;
}

}  // namespace

std::optional<Completeness> judge_number(const Words& words, const CompletenessContext& context) {
  const Word& last = words.last();
  if (last.is(kConnector)) return Completeness{0.04F, "part of an address is missing"};
  if (last.is(kMultiplier) && !words.last(1).is(kDeterminer))
    return Completeness{0.05F, "digit is missing"};
  if (last.is(kOrdinal)) return judge_ordinal(words, context);
  if (!last.is(kNumber | kLetter)) {
    if (lacks_domain(words)) return Completeness{0.25F, "domain is missing"};
    return std::nullopt;
  }
  const Run run = run_of(words);
  if (context.expected_digits > 0) {
    return run.digits >= context.expected_digits ? Completeness{0.95F, "all digits asked for"}
                                                 : Completeness{0.08F, "digits are missing"};
  }
  const bool spelled = last.is(kLetter) || run.code;
  return spelled ? judge_code(words, run) : judge_cardinal(words, run, context);
}

}  // namespace voiceagent::turns
