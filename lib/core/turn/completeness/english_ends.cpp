#include "core/turn/completeness/english_ends.h"

namespace voiceagent::turns {
namespace {

using Judgement = std::optional<Completeness>;

// The words, and how many of them stand in the sentence.
struct End {
  const Words& words;
  const EnglishClause& clause;
  const CompletenessContext& context;

  const Word& last(std::size_t back = 0) const { return words.last(back); }
  std::size_t length() const { return words.size() - clause.begin; }
  bool asks(Sentence sentence) const { return clause.sentence == sentence; }
};

bool mentions(const End& end, WordClass classes) {
  for (std::size_t i = end.clause.begin; i + 1 < end.words.size(); ++i) {
    if (end.words.at(i).is(classes)) return true;
  }
  return false;
}

// Words that lean on what follows, whatever came before.
Judgement judge_leaning(const End& end) {
  const Word& w = end.last();
  if (end.length() == 1 && w.is(kMarker) && !w.is(kResponse | kLeaning)) {
    return Completeness{0.15F, "opening word"};
  }
  if (w.is(kCoordinator)) return Completeness{0.03F, "trailing conjunction"};
  if (w.is(kDeterminer) && !w.is(kObject)) return Completeness{0.03F, "trailing determiner"};
  if (w.is(kDegree)) return Completeness{0.05F, "trailing degree"};
  if (w.is("more") || w.is("less") || w.is("most")) {
    const bool amount = end.last(1).is(kObject | kQuantifier | kNumber) || end.last(1).is("bit");
    return Completeness{amount ? 0.6F : 0.3F, "trailing comparative"};
  }
  if (w.is(kQuantifier)) return Completeness{0.4F, "noun may follow"};
  if (w.is("no") && end.length() > 1) return Completeness{0.1F, "trailing determiner"};
  if (w.is(kPartitive)) return Completeness{0.3F, "trailing noun of kind"};
  if (w.is("this") && end.last(1).is(kNoun)) return Completeness{0.2F, "noun may follow"};
  if (w.is(kDemonstrative) && (end.last(1).is(kPreposition) || end.last(1).is("all"))) {
    return Completeness{0.45F, "noun may follow"};
  }
  return std::nullopt;
}

// "just", "still": open behind a subject or an auxiliary, harmless at the end of a clause.
Judgement judge_leaning_adverb(const End& end) {
  const Word& w = end.last();
  if (!w.is(kLeaning)) return std::nullopt;
  if (end.length() == 1) return Completeness{w.is(kMarker) ? 0.3F : 0.75F, "answer"};
  const Word& p = end.last(1);
  if (w.is("only") || w.is("just") || w.is("even")) return Completeness{0.06F, "trailing adverb"};
  if (p.is(kNegation)) return Completeness{0.6F, "negated adverb"};
  if (p.is(kSubject | kAuxiliary | kLeaning | kDeterminer | kPreposition)) {
    return Completeness{0.06F, "trailing adverb"};
  }
  return Completeness{0.55F, "adverb"};
}

// Whether the front of the sentence has what this preposition lacks: "where are you from".
bool is_stranded(const End& end) {
  const Word& w = end.last();
  const Word& p = end.last(1);
  if (p.is(kTransitive) && !p.is(kPast | kNoun)) return false;
  const bool verb_is_missing =
      end.clause.awaits_verb && end.words.at(end.clause.auxiliary).is(kDo | kModal);
  if (verb_is_missing) return false;
  if (end.clause.gap == Gap::kPlace) return w.is("from") || w.is("at") || w.is("to");
  if (end.clause.gap != Gap::kThing) return false;
  if (w.is(kTo)) {
    return p.is(kVerb | kAdjective) && !p.is(kTransitive | kClausal) && !p.is("going");
  }
  return p.is(kVerb | kPronoun | kAdjective | kDemonstrative | kBe | kParticle);
}

Judgement judge_preposition(const End& end) {
  const Word& w = end.last();
  const Word& p = end.last(1);
  if (!w.is(kPreposition | kTo) || w.is(kVerb)) return std::nullopt;
  if (is_stranded(end)) {
    if (!end.clause.has_main_verb()) return Completeness{0.3F, "no main clause yet"};
    return Completeness{0.88F, "stranded preposition"};
  }
  if (w.is("before") && mentions(end, kHave)) return Completeness{0.8F, "adverb"};
  const bool about_noun = end.clause.gap == Gap::kThing && p.is(kNoun) && !w.is(kTo);
  if (about_noun && (w.is("for") || w.is("about") || w.is("by") || w.is("like"))) {
    return Completeness{0.62F, "perhaps a stranded preposition"};
  }
  if (w.is(kTo) && p.is("want") && end.last(2).is(kNegation)) {
    return Completeness{0.55F, "elliptic infinitive"};
  }
  if (w.is(kTo) && (p.is("love") || p.is("happy") || p.is("glad"))) {
    return Completeness{0.7F, "elliptic infinitive"};
  }
  return Completeness{0.04F, "trailing preposition"};
}

// "is he in", "when is the shop open on"
bool is_predicate(const End& end) {
  const bool asks = end.asks(Sentence::kPolarQuestion) || end.asks(Sentence::kOpenQuestion);
  return asks && end.clause.gap != Gap::kThing &&
         end.words.at(end.clause.begin).is(kBe | kQuestionWord) &&
         !end.words.at(end.clause.begin + 1).is("there");
}

// "in", "on", "up": part of a verb, a place, or a preposition.
Judgement judge_particle(const End& end) {
  const Word& w = end.last();
  const Word& p = end.last(1);
  if (!w.is(kParticle) || w.is(kPreposition)) return std::nullopt;
  if (is_stranded(end) && end.clause.has_main_verb()) {
    return Completeness{0.85F, "stranded preposition"};
  }
  if (end.length() == 1) return Completeness{0.5F, "particle alone"};
  if (p.is(kPhrasal) && !(p.is(kMoving) && p.is(kPlacing))) {
    return Completeness{0.82F, "verb with particle"};
  }
  const bool moving = mentions(end, kMoving);
  if (p.is(kMoving | kPlacing)) {
    const bool of_itself = end.asks(Sentence::kStatement) && end.last(2).is(kNegation);
    return Completeness{of_itself ? 0.8F : 0.25F, "object of a phrasal verb may follow"};
  }
  if (moving) {
    const bool sure = w.is(kAdverb) || p.is(kPronoun) || (w.is("on") && mentions(end, kPlacing));
    return Completeness{sure ? 0.85F : 0.4F, "object and particle"};
  }
  if (p.is(kBe) || is_predicate(end)) return Completeness{0.6F, "predicate"};
  return w.is(kAdverb) ? Completeness{0.65F, "particle"}
                       : Completeness{0.15F, "trailing preposition"};
}

Judgement judge_opener(const End& end) {
  const Word& w = end.last();
  if (w.is(kQuestionWord)) {
    if (end.length() == 1) {
      const bool common = w.is("why") || w.is("what") || w.is("when") || w.is("where");
      return Completeness{common ? 0.65F : 0.4F, "question of one word"};
    }
    if (end.last(1).is(kClausal) && !w.is("which")) return Completeness{0.4F, "question left out"};
    return Completeness{0.06F, "trailing question word"};
  }
  if (w.is(kSubordinator)) return Completeness{0.04F, "trailing conjunction"};
  if (w.is("that")) {
    const bool told = end.last(1).is(kPronoun) && !end.last(2).is(kTransitive);
    if (end.last(1).is(kNoun) || told) return Completeness{0.2F, "clause may follow"};
    const bool reports =
        end.last(1).is(kClausal) && !end.last(1).is("know") && !end.last(1).is("say");
    const bool predicate = end.last(1).is(kBe) && end.asks(Sentence::kStatement);
    if (reports || predicate) return Completeness{0.15F, "clause may follow"};
  }
  const bool measure = w.is("much") || w.is("many") || w.is("long") || w.is("far") || w.is("often");
  if (measure && end.last(1).is("how")) {
    return Completeness{end.length() == 2 ? 0.85F : 0.35F, "question of measure"};
  }
  return std::nullopt;
}

// "not", with no verb behind it.
Judgement judge_negation(const End& end) {
  if (!end.last().is(kNegation) || end.last(1).is(kAuxiliary)) return std::nullopt;
  const bool answers =
      end.length() == 1 || end.last(1).is(kClausal | kAdverb | kLeaning | kAdjective);
  return answers ? Completeness{0.85F, "negative answer"}
                 : Completeness{0.12F, "trailing negation"};
}

// "what would it be", "tell me where you are": what the verb lacks stands in front.
Judgement judge_final_be(const End& end, const Word& subject) {
  if (!end.last().is(kBe) || end.clause.gap == Gap::kNone) return std::nullopt;
  const bool infinitive = end.last().is("be") && end.asks(Sentence::kOpenQuestion);
  const bool embedded = end.clause.openers > 0 && subject.is(kPronoun | kNoun);
  if (infinitive || (embedded && end.clause.has_main_verb()))
    return Completeness{0.85F, "question"};
  if (embedded) return Completeness{0.3F, "no main clause yet"};
  return std::nullopt;
}

// Whether a "yes" or a "no" stands before a short answer that says the same.
bool agrees(const End& end, bool negated) {
  const Word& answer = end.words.at(end.clause.begin - 1);
  if (answer.is("no") || answer.is("nope")) return negated;
  return answer.is(kResponse) && !answer.is(kLeaning);
}

// "yes i do", "she isn't", "what do you have".
Judgement judge_auxiliary(const End& end) {
  const std::size_t negated = end.last().is(kNegation) ? 1 : 0;
  if (!end.last(negated).is(kAuxiliary)) return std::nullopt;
  const Word& subject = end.last(negated + 1);
  const bool reduced = end.last(negated).text()[0] == '\'';
  if (reduced) return Completeness{0.05F, "trailing auxiliary"};
  if (const Judgement judgement = judge_final_be(end, subject)) return judgement;
  if (subject.is(kPronoun) && end.length() == negated + 2) {
    if (agrees(end, negated > 0)) return Completeness{0.9F, "short answer"};
    if (end.context.agent_asked) return Completeness{0.85F, "short answer"};
    // "I have" lacks its object, unless somebody asked.
    const float open = end.last().is(kHave) ? 0.12F : 0.25F;
    return Completeness{negated > 0 ? 0.4F : open, "perhaps a short answer"};
  }
  const bool object_in_front = end.clause.gap == Gap::kThing && end.last().is(kHave | kDo) &&
                               subject.is(kPronoun | kNoun) && end.clause.has_main_verb() &&
                               (mentions(end, kDo | kModal) || end.clause.openers > 0);
  if (object_in_front) return Completeness{0.8F, "object stands in front"};
  return Completeness{0.05F, "trailing auxiliary"};
}

// "thank you", "do you", "isn't it", "where are they".
Judgement judge_pronoun(const End& end) {
  const Word& w = end.last();
  const Word& p = end.last(1);
  if (!w.is(kSubject)) return std::nullopt;
  const bool only_subject = !w.is(kObject);
  if (p.is(kNegation) && end.last(2).is(kAuxiliary) && end.length() > 3) {
    return Completeness{0.93F, "tag question"};
  }
  if (p.is(kBe) && end.asks(Sentence::kOpenQuestion) && p.text()[0] != '\'') {
    return Completeness{0.88F, "question"};
  }
  if (p.is(kBe) && w.is("it") && p.text()[0] == '\'') return Completeness{0.85F, "statement"};
  if (p.is(kAuxiliary)) {
    const bool inverted = end.length() == 2 && end.clause.begin > 0 && p.is(kBe);
    return Completeness{inverted ? 0.3F : 0.06F, "verb is missing"};
  }
  if (only_subject) return Completeness{0.05F, "trailing subject"};
  if (p.is(kSubordinator | kQuestionWord | kCoordinator) || end.length() == 1) {
    return Completeness{0.15F, "trailing subject"};
  }
  const bool subject_of_clause = p.is(kNoun | kAdverb) && !p.is(kVerb) && !w.is("there");
  if (subject_of_clause && end.last(2).is(kDeterminer | kDemonstrative | kAdjective)) {
    return Completeness{0.2F, "trailing subject"};
  }
  return std::nullopt;
}

// "tell me", "remind him".
Judgement judge_receiver(const End& end) {
  const Word& w = end.last();
  const Word& p = end.last(1);
  if (!w.is(kObject) || !p.is(kDitransitive) || w.is("it")) return std::nullopt;
  if (end.clause.gap == Gap::kThing) return Completeness{0.8F, "question"};
  const bool own = w.is("me") || w.is("us");
  if (p.is(kTransitive) && !own && !p.is("give")) return std::nullopt;  // find him
  return Completeness{p.is(kTransitive) ? 0.12F : 0.25F, "object is missing"};
}

Judgement judge_verb(const End& end) {
  const Word& w = end.last();
  const Word& p = end.last(1);
  if (!w.is(kVerb) || w.is(kNoun | kAdjective)) return std::nullopt;
  if (w.is(kPast) && (p.is(kBe) || end.last(2).is(kBe))) return std::nullopt;  // passive
  if (end.clause.gap == Gap::kThing && !w.is(kLinking)) {
    if (end.clause.has_main_verb()) return Completeness{0.87F, "object stands in front"};
    return Completeness{0.3F, "no main clause yet"};
  }
  if (w.is(kClausal)) {
    const bool hedge = p.is("i") && end.length() > 3 && end.clause.has_main_verb();
    return Completeness{hedge ? 0.75F : 0.15F, "clause may follow"};
  }
  if (w.is(kLinking)) {
    const bool how = end.asks(Sentence::kOpenQuestion) && end.words.at(0).is("how");
    return Completeness{how ? 0.85F : 0.15F, "complement is missing"};
  }
  if (w.is(kTransitive | kDitransitive)) return Completeness{0.15F, "object is missing"};
  if (p.is("you") && end.last(2).is(kModal) && end.length() == 3 && !w.is("help")) {
    return Completeness{0.6F, "object may follow"};
  }
  return std::nullopt;
}

// "a new", "the big": the noun is to come.
Judgement judge_adjective(const End& end) {
  const Word& w = end.last();
  if (!w.is(kAdjective | kAttributive) || w.is(kNoun | kVerb)) return std::nullopt;
  std::size_t back = 1;
  while (end.last(back).is(kAdjective | kAttributive | kDegree | kLeaning) &&
         !end.last(back).is(kBe)) {
    ++back;
  }
  const Word& head = end.last(back);
  if (head.is(kDeterminer) && !head.is("the")) return Completeness{0.07F, "noun is missing"};
  if (head.is("the")) return Completeness{w.is(kAttributive) ? 0.2F : 0.3F, "noun is missing"};
  if (w.is(kAttributive) && !w.is(kAdjective | kAdverb) && !head.is(kBe)) {
    return Completeness{0.3F, "noun is missing"};
  }
  return std::nullopt;
}

}  // namespace

Judgement judge_english_end(const Words& words, const EnglishClause& clause,
                            const CompletenessContext& context) {
  const End end{words, clause, context};
  constexpr Judgement (*kRules[])(const End&) = {
      judge_leaning, judge_leaning_adverb, judge_preposition, judge_particle,
      judge_opener,  judge_receiver,       judge_negation,    judge_auxiliary,
      judge_pronoun, judge_verb,           judge_adjective};
  for (const auto rule : kRules) {
    if (const Judgement judgement = rule(end)) return judgement;
  }
  return std::nullopt;
}

}  // namespace voiceagent::turns
