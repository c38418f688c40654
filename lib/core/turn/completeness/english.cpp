#include "core/turn/completeness/english_clause.h"
#include "core/turn/completeness/english_ends.h"
#include "core/turn/completeness/english_tags.h"
#include "core/turn/completeness/english_words.h"
#include "core/turn/completeness/language.h"

namespace voiceagent::turns {
namespace {

using Judgement = std::optional<Completeness>;

// From here on a last word closes its clause; the clause may still depend on another.
constexpr float kWhole = 0.5F;

bool has_any(const Words& words, std::size_t begin, WordClass classes) {
  for (std::size_t i = begin; i < words.size(); ++i) {
    if (words.at(i).is(classes)) return true;
  }
  return false;
}

// "if it rains", "the man who called": the main clause is still to come.
Judgement judge_openers(const Words& words, const EnglishClause& clause,
                        const CompletenessContext& context) {
  if (clause.openers == 0 || clause.has_main_verb()) return std::nullopt;
  if (!clause.opens_subordinate) return Completeness{0.3F, "no main verb yet"};
  const bool answers = context.agent_asked && words.at(clause.begin).is("because");
  return Completeness{answers ? 0.7F : 0.22F, "open subordinate clause"};
}

// "does the package": the auxiliary's verb has not come. A longer subject may hide a verb that
// isn't known.
Judgement judge_missing_verb(const Words& words, const EnglishClause& clause) {
  const Word& subject = words.at(clause.auxiliary + 1);
  if (!clause.awaits_verb || !words.at(clause.auxiliary).is(kDo | kModal)) return std::nullopt;
  if (subject.is(kPronoun | kNegation)) return std::nullopt;
  const bool determined = subject.is(kDeterminer | kDemonstrative);
  const std::size_t length = words.size() - clause.auxiliary - (determined ? 1 : 0);
  if (length > 3) return std::nullopt;
  return Completeness{length < 3 ? 0.15F : 0.4F, "verb is missing"};
}

// "is that", "is the front door": nothing is said of the subject.
bool lacks_predicate(const Words& words, const EnglishClause& clause) {
  const std::size_t subject = clause.begin + 1;
  const std::size_t length = words.size() - clause.begin;
  if (length == 2) return true;
  return words.at(clause.begin).is(kBe) && words.at(subject).is(kDeterminer) && length < 6 &&
         !words.last().is(kAdjective) &&
         !has_any(words, subject + 1,
                  kAdverb | kParticle | kPreposition | kVerb | kTime | kLeaning);
}

// "put the kettle", "turn the volume": and where to?
bool lacks_place(const Words& words, const EnglishClause& clause) {
  return words.at(clause.begin).is(kPlacing) && words.size() - clause.begin < 5 &&
         !has_any(words, clause.begin + 1, kParticle | kPreposition | kAdverb | kObject);
}

Completeness judge_sentence(const Words& words, const EnglishClause& clause,
                            const CompletenessContext& context) {
  switch (clause.sentence) {
    case Sentence::kPolarQuestion:
      if (const Judgement missing = judge_missing_verb(words, clause)) return *missing;
      if (lacks_predicate(words, clause)) return {0.3F, "predicate is missing"};
      return {0.88F, "question"};
    case Sentence::kOpenQuestion:
      if (const Judgement missing = judge_missing_verb(words, clause)) return *missing;
      if (clause.verbs == 0) return {0.6F, "question without a verb"};
      return {0.88F, "question"};
    case Sentence::kImperative:
      if (lacks_place(words, clause)) return {0.25F, "place or particle is missing"};
      if (words.size() - clause.begin == 1) return {0.5F, "verb alone"};
      return {0.87F, "request"};
    case Sentence::kStatement: break;
  }
  if (clause.verbs > 0) return {0.86F, "statement"};
  return {context.agent_asked ? 0.88F : 0.65F, "phrase without a verb"};
}

bool only_responses(const Words& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words.at(i).is(kResponse | kFiller) && !words.at(i).is("please")) return false;
  }
  return true;
}

// Takes "please" and "thanks" off the end.
bool drop_politeness(Words& words) {
  bool dropped = false;
  while (words.size() > 1 && (words.last().is("please") || words.last().is("thanks"))) {
    dropped = true;
    words.pop();
  }
  return dropped;
}

Completeness judge(Words& words, const CompletenessContext& context) {
  if (words.last().is(kFiller)) return {0.05F, "trailing filler"};
  if (only_responses(words)) return {words.at(0).is("please") ? 0.7F : 0.93F, "short answer"};
  resolve_english(words);
  EnglishClause clause = read_english_clause(words);
  if (const auto fixed = judge_phrase(words, clause.begin, english_phrases())) return *fixed;
  const bool polite = drop_politeness(words);
  if (polite) clause = read_english_clause(words);
  Judgement judgement = judge_number(words, context);
  if (!judgement) judgement = judge_english_end(words, clause, context);
  if (!judgement || judgement->probability >= kWhole) {
    const Judgement open = judge_openers(words, clause, context);
    if (open) judgement = open;
  }
  if (!judgement) judgement = judge_sentence(words, clause, context);
  // Who says "please" has asked for what they want; "can you please" goes on all the same.
  const float p = judgement->probability;
  if (polite && p > 0.2F && p < 0.9F) judgement->probability = p + (0.9F - p) * 0.6F;
  return *judgement;
}

}  // namespace

const Language& english() {
  static const Language language{"en", {&english_lexicon(), true, guess_english}, judge};
  return language;
}

}  // namespace voiceagent::turns
