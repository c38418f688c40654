#include "core/turn/completeness/english_clause.h"

namespace voiceagent::turns {
namespace {

class Reader {
 public:
  explicit Reader(const Words& words) : words_(words) {}

  EnglishClause run();

 private:
  const Word& word(std::size_t ahead = 0) const { return words_.at(i_ + ahead); }
  const Word& before(std::size_t by = 1) const { return words_.at(i_ - by); }

  void find_begin();
  bool asks_from(std::size_t ahead) const;
  void read_first();
  void read_question_word();
  void read_word();
  void read_auxiliary();
  void read_verb();
  void read_subject();
  void read_opener();
  void open_clause(Gap gap) {
    clause_.main_came = clause_.has_main_verb();
    ++clause_.openers;
    clause_.gap = gap;
    clause_.awaits_verb = false;
    verbs_here_ = 0;
  }
  void count_verb();
  Gap gap_of_question_word() const;

  const Words& words_;
  std::size_t i_ = 0;
  EnglishClause clause_;
  bool infinitive_ = false;  // behind "to"
  int verbs_here_ = 0;       // since the last opener
};

bool ends_sentence(char mark) { return mark == '.' || mark == '?' || mark == '!'; }

EnglishClause Reader::run() {
  find_begin();
  read_first();
  for (; i_ < words_.size(); ++i_) read_word();
  return clause_;
}

// Behind the last full stop, and behind what only leads in. The last word is never skipped.
void Reader::find_begin() {
  for (std::size_t i = 0; i + 1 < words_.size(); ++i) {
    if (ends_sentence(words_.at(i).mark)) i_ = i + 1;
  }
  while (i_ + 1 < words_.size() && word().is(kMarker | kFiller | kCoordinator)) {
    const bool determines = word().is("no") && word(1).is(kNoun);
    if (determines) break;
    ++i_;
  }
  // Who cuts in with "stop" or "wait" and asks, asks: "wait what time is it".
  if (word().is("stop") || word().is("wait")) {
    const std::size_t behind = word(1).is("please") ? 2 : 1;
    if (asks_from(behind)) i_ += behind;
  }
  clause_.begin = i_;
}

// A question word, and an auxiliary before any subject: not "what you are doing".
bool Reader::asks_from(std::size_t ahead) const {
  if (!word(ahead).is(kQuestionWord)) return false;
  for (std::size_t next = ahead + 1; next < ahead + 4; ++next) {
    if (word(next).is(kAuxiliary)) return true;
    if (word(next).is(kSubject | kDeterminer)) return false;
  }
  return false;
}

void Reader::read_first() {
  if (word().is(kPreposition | kParticle) && word(1).is(kQuestionWord)) ++i_;  // at what time
  if (word().is(kQuestionWord)) {
    read_question_word();
  } else if (word().is(kSubordinator)) {
    clause_.opens_subordinate = true;
    open_clause(Gap::kNone);
    ++i_;
  } else if (word().is(kDo) && word(1).is(kNegation) && !word(2).is(kPronoun)) {
    clause_.sentence = Sentence::kImperative;  // don't go
  } else if (word().is(kAuxiliary) && !(word().is(kHave) && word(1).is(kDeterminer))) {
    clause_.sentence = Sentence::kPolarQuestion;
  } else if (word().is(kVerb) && !word().is(kIng | kPast)) {
    clause_.sentence = Sentence::kImperative;
  }
}

// What the word asks for is missing where it would otherwise stand.
Gap Reader::gap_of_question_word() const {
  if (word().is("where")) return Gap::kPlace;
  if (word().is("how")) {
    return word(1).is("much") || word(1).is("many") ? Gap::kThing : Gap::kNone;
  }
  return word().is("when") || word().is("why") ? Gap::kNone : Gap::kThing;
}

// "what time is it" asks, "what i need is" doesn't: it depends on which comes first, a verb or a
// subject.
void Reader::read_question_word() {
  const Gap gap = gap_of_question_word();
  constexpr std::size_t kFar = 6;
  for (std::size_t ahead = 1; ahead < kFar; ++ahead) {
    const Word& next = word(ahead);
    if (next.is(kAuxiliary) || (next.is(kVerb) && !next.is(kNoun | kIng))) {
      const bool asks_for_subject =  // "who called", "what is planned"
          !next.is(kAuxiliary) ||
          (next.is(kBe) && word(ahead + 1).is(kVerb | kAdjective | kPreposition | kParticle));
      clause_.sentence = Sentence::kOpenQuestion;
      clause_.gap = asks_for_subject ? Gap::kNone : gap;
      i_ += ahead;
      return;
    }
    const bool noun_phrase = next.is(kDeterminer) && (word().is("when") || word().is("while"));
    if ((next.is(kSubject) && !next.is("there")) || noun_phrase) {
      clause_.opens_subordinate = true;
      open_clause(gap);
      i_ += ahead;
      return;
    }
  }
  clause_.sentence = Sentence::kOpenQuestion;  // "how about tomorrow"
  ++i_;
}

void Reader::read_word() {
  const Word& w = word();
  if (w.is(kTo) && !word(1).is(kPast)) {
    infinitive_ = true;
  } else if (w.is(kQuestionWord | kSubordinator)) {
    read_opener();
  } else if (w.is(kAuxiliary)) {
    read_auxiliary();
  } else if (w.is(kVerb) && !w.is(kNoun | kAdjective)) {
    read_verb();
  } else if (w.is(kSubject)) {
    read_subject();
  } else if (w.is(kCoordinator)) {
    clause_.awaits_verb = false;
  } else if (!w.is(kLeaning | kNegation | kAdverb)) {
    infinitive_ = false;
  }
}

// A second verb belongs to the clause outside: "the man i spoke to said".
void Reader::count_verb() {
  ++clause_.verbs;
  if (verbs_here_++ > 0) clause_.gap = Gap::kNone;
}

void Reader::read_auxiliary() {
  const bool main = clause_.awaits_verb || infinitive_;  // "did you do", "will it be"
  if (!main) count_verb();
  const bool leads = word(1).is(kNegation | kLeaning | kVerb | kPast | kAuxiliary);
  clause_.awaits_verb = leads || (!main && (!word().is(kBe | kHave) || word(1).is(kSubject)));
  clause_.auxiliary = i_;
  infinitive_ = false;
}

void Reader::read_verb() {
  const bool finite = !infinitive_ && !clause_.awaits_verb && !word().is(kIng);
  if (finite) count_verb();
  clause_.awaits_verb = false;
  infinitive_ = false;
}

// A subject behind a noun or a verb of saying begins a clause without a word to open it: "the one
// [that] i want", "i think [that] we should".
void Reader::read_subject() {
  const Word& p = before();
  if (i_ <= clause_.begin || p.is(kAuxiliary | kCoordinator | kSubordinator | kQuestionWord))
    return;
  if (word().is(kObject) && !word(1).is(kVerb | kAuxiliary | kLeaning)) return;
  const bool reported = p.is(kClausal) || (p.is(kObject) && before(2).is(kDitransitive));
  const bool relative =
      (p.is(kNoun | kObject | kDemonstrative) || p.is("one")) && !p.is(kTime | kAdverb);
  if (reported) {
    open_clause(clause_.gap);
  } else if (relative && p.mark == 0) {
    open_clause(Gap::kThing);
  } else {
    clause_.awaits_verb = false;
  }
}

void Reader::read_opener() {
  bool first = clause_.verbs == 0;  // "only if", "as soon as"
  for (std::size_t i = clause_.begin; i < i_; ++i) {
    first = first && words_.at(i).is(kAdverb | kLeaning | kDegree | kPreposition);
  }
  if (first && !word().is(kQuestionWord)) clause_.opens_subordinate = true;
  const bool subject_follows = word(1).is(kSubject | kDeterminer | kNoun | kDemonstrative);
  Gap gap = Gap::kNone;
  if (word().is(kQuestionWord) || word().is("that")) {
    gap = word().is(kQuestionWord) ? gap_of_question_word() : Gap::kThing;
    if (!subject_follows && !word(1).text().empty()) gap = Gap::kNone;
    if (word().is("that") && before().is(kClausal)) gap = clause_.gap;
  }
  open_clause(gap);
}

}  // namespace

EnglishClause read_english_clause(const Words& words) { return Reader(words).run(); }

}  // namespace voiceagent::turns
