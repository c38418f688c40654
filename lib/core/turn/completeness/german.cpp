#include "core/turn/completeness/german_words.h"
#include "core/turn/completeness/language.h"

namespace voiceagent::turns {
namespace {

using Judgement = std::optional<Completeness>;

constexpr std::string_view kEndings[] = {"en", "er", "es", "em", "e"};

// An adjective with its ending, or what looks like an infinitive or a participle.
WordClass guess(const Lexicon& lexicon, std::string_view word) {
  for (const std::string_view ending : kEndings) {
    if (!word.ends_with(ending)) continue;
    const WordClass stem = lexicon.find(word.substr(0, word.size() - ending.size()));
    if ((stem & kAdjective) != 0) return kAdjective | kAttributive;
  }
  if (word.ends_with("en") || word.ends_with("ern") || word.ends_with("eln")) {
    return kNoun | kInfinitive;
  }
  const bool participle = word.starts_with("ge") && word.ends_with("t");
  return participle ? kNoun | kInfinitive : kNoun;
}

// The words behind "also", "ja", "äh".
struct Sentence {
  const Words& words;
  std::size_t begin = 0;

  std::size_t length() const { return words.size() - begin; }
  const Word& first() const { return words.at(begin); }
  int count(WordClass classes) const {
    int found = 0;
    for (std::size_t i = begin; i < words.size(); ++i) found += words.at(i).is(classes) ? 1 : 0;
    return found;
  }
};

Sentence read(const Words& words) {
  Sentence sentence{words};
  while (sentence.begin + 1 < words.size() &&
         words.at(sentence.begin).is(kMarker | kFiller | kCoordinator)) {
    ++sentence.begin;
  }
  return sentence;
}

// A word that leans on what follows.
Judgement judge_leaning(const Sentence& sentence) {
  const Word& w = sentence.words.last();
  const Word& p = sentence.words.last(1);
  if (w.is(kCoordinator | kSubordinator)) return Completeness{0.03F, "trailing conjunction"};
  if (w.is(kDeterminer)) return Completeness{0.03F, "trailing determiner"};
  if (w.is(kDegree)) return Completeness{0.06F, "trailing degree"};
  if (w.is(kDemonstrative)) {
    return w.is("das") && !p.is(kPreposition) ? Completeness{0.7F, "pronoun"}
                                              : Completeness{0.08F, "trailing determiner"};
  }
  if (w.is(kParticle) && sentence.count(kPhrasal) > 0 && !p.is(kPhrasal)) {
    const bool sets_to = w.is("auf") && sentence.count(kPlacing) > 0;  // stell den wecker auf
    if (!sets_to && (!w.is(kPreposition) || sentence.length() < 5)) {
      return Completeness{0.86F, "verb with particle"};
    }
  }
  if (w.is(kPreposition)) return Completeness{0.05F, "trailing preposition"};
  if (w.is(kQuestionWord)) {
    return sentence.length() == 1 ? Completeness{0.65F, "question of one word"}
                                  : Completeness{0.08F, "trailing question word"};
  }
  if (w.is(kAttributive) && p.is(kDeterminer | kDemonstrative)) {
    return Completeness{0.1F, "noun is missing"};
  }
  if (w.is(kMarker) && sentence.length() == 1) return Completeness{0.15F, "opening word"};
  return std::nullopt;
}

// "kannst du", "ich": the verb is to come. "wo bist du": it has come.
Judgement judge_subject(const Sentence& sentence) {
  const Word& w = sentence.words.last();
  const Word& p = sentence.words.last(1);
  if (!w.is(kSubject)) return std::nullopt;
  const bool asked = sentence.first().is(kQuestionWord) && sentence.length() > 2;
  if (p.is(kBe | kVerb | kNoun) && (asked || !p.is(kAuxiliary))) {
    return Completeness{0.85F, "question"};
  }
  if (w.is(kObject) && !p.is(kAuxiliary | kSubordinator | kCoordinator) && sentence.length() > 2) {
    return std::nullopt;
  }
  return Completeness{0.06F, "trailing subject"};
}

// Clauses that a subordinator opens end in their verb; then the main clause begins with its own.
Judgement judge_subordinate(const Sentence& sentence) {
  const bool relative = sentence.first().is(kDemonstrative) &&
                        sentence.words.last().is(kAuxiliary) && sentence.count(kDemonstrative) > 1;
  if (relative) return Completeness{0.25F, "no main verb yet"};
  if (!sentence.first().is(kSubordinator)) return std::nullopt;
  for (std::size_t i = sentence.begin + 2; i + 1 < sentence.words.size(); ++i) {
    const bool inverted = sentence.words.at(i).is(kVerb | kAuxiliary) &&
                          sentence.words.at(i + 1).is(kSubject | kDemonstrative | kDeterminer);
    if (inverted || sentence.words.at(i).is("dann")) return std::nullopt;
  }
  return Completeness{0.22F, "open subordinate clause"};
}

Judgement judge_verb(const Sentence& sentence) {
  const Word& w = sentence.words.last();
  if (w.is(kAuxiliary) && !w.is(kInfinitive)) {
    const bool embedded =
        sentence.count(kSubordinator | kQuestionWord) > 0 && !sentence.first().is(kQuestionWord);
    return embedded ? Completeness{0.85F, "embedded clause"}
                    : Completeness{0.06F, "trailing auxiliary"};
  }
  if (w.is(kTransitive)) return Completeness{0.15F, "object is missing"};
  const bool bracket = sentence.count(kModal) > 0 && sentence.count(kSubordinator) == 0;
  if (bracket && !w.is(kInfinitive | kVerb)) {
    return Completeness{w.is(kNegation) ? 0.5F : 0.25F, "infinitive is missing"};
  }
  return std::nullopt;
}

Completeness judge(Words& words, const CompletenessContext& context) {
  if (words.last().is(kFiller)) return {0.05F, "trailing filler"};
  const Sentence sentence = read(words);
  bool responses = true;
  for (std::size_t i = 0; i < words.size(); ++i) {
    responses = responses && words.at(i).is(kResponse | kFiller);
  }
  if (responses) return {0.93F, "short answer"};
  if (const auto fixed = judge_phrase(words, sentence.begin, german_phrases())) return *fixed;
  if (const auto number = judge_number(words, context)) return *number;
  for (const auto rule : {judge_leaning, judge_subject, judge_subordinate, judge_verb}) {
    if (const Judgement judgement = rule(sentence)) return *judgement;
  }
  if (sentence.count(kVerb | kAuxiliary | kSubject) > 0) return {0.86F, "statement"};
  return {context.agent_asked ? 0.88F : 0.65F, "phrase without a verb"};
}

}  // namespace

const Language& german() {
  static const Language language{"de", {&german_lexicon(), false, guess}, judge};
  return language;
}

}  // namespace voiceagent::turns
