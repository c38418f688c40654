#include "core/turn/completeness/english_tags.h"

#include <array>

namespace voiceagent::turns {
namespace {

// Looks for a verb as "stem", "steme" (making) and "ste" of "stemm" (getting).
WordClass find_verb(const Lexicon& lexicon, std::string_view stem) {
  WordClass found = lexicon.find(stem);
  if ((found & kVerb) != 0) return found;
  std::array<char, 32> buffer{};
  if (stem.size() + 1 < buffer.size()) {
    stem.copy(buffer.data(), stem.size());
    buffer[stem.size()] = 'e';
    found = lexicon.find({buffer.data(), stem.size() + 1});
    if ((found & kVerb) != 0) return found;
  }
  const std::size_t n = stem.size();
  if (n > 2 && stem[n - 1] == stem[n - 2]) found = lexicon.find(stem.substr(0, n - 1));
  return (found & kVerb) != 0 ? found : 0;
}

// The classes of a regular form of a verb: its own, with `form`, but without `lost`.
WordClass inflect(const Lexicon& lexicon, std::string_view stem, WordClass form, WordClass lost) {
  const WordClass verb = find_verb(lexicon, stem);
  return verb == 0 ? 0 : ((verb | form) & ~lost);
}

bool single_letter(const Word& word) {
  return word.text().size() == 1 && word.text()[0] >= 'a' && word.text()[0] <= 'z';
}

class Resolver {
 public:
  explicit Resolver(Words& words) : words_(words) {}

  void run() {
    for (i_ = 0; i_ < words_.size(); ++i_) step();
  }

 private:
  const Word& before(std::size_t by = 1) const { return words_.at(i_ - by); }
  const Word& after(std::size_t by = 1) const { return words_.at(i_ + by); }

  void step();
  void resolve_letter(Word& word);
  void resolve_clitic(Word& word);
  void resolve_particular(Word& word);
  void resolve_that(Word& word);
  void resolve_may(Word& word);
  void resolve_subordinator(Word& word);
  void resolve_verb(Word& word);
  bool stands_as_noun(const Word& word) const;
  bool at_start() const;
  bool follows_subject() const;

  Words& words_;
  std::size_t i_ = 0;
  bool inverted_ = false;  // "do you", "can the": the verb is still to come
};

void Resolver::step() {
  Word& word = words_.edit(i_);
  if (single_letter(word)) resolve_letter(word);
  if (word.text()[0] == '\'') resolve_clitic(word);
  if (word.is(kParticle) && before().is(kDeterminer) && after().is(kNoun)) {
    word.set(kAdjective);  // the back door
  }
  resolve_particular(word);
  if (word.is(kSubordinator)) resolve_subordinator(word);
  if (word.classes() == kNoun && follows_subject()) word.set(kVerb);
  if (word.classes() == kNoun && at_start() &&
      after().is(kDeterminer | kObject | kDemonstrative | kQuestionWord)) {
    word.set(kVerb | kTransitive);  // "brighten the"
  }
  if (word.is(kVerb) && word.is(kNoun | kAdjective | kOrdinal)) resolve_verb(word);
  if (word.is(kDo | kModal) && after().is(kPronoun | kDeterminer | kDemonstrative | kNoun)) {
    inverted_ = true;
  } else if (word.is(kVerb) || word.is(kCoordinator | kSubordinator)) {
    inverted_ = false;
  }
}

// "a", "i" and "o" inside a spelling.
void Resolver::resolve_letter(Word& word) {
  if (word.is(kLetter)) return;
  const bool behind = before().is(kLetter);
  const bool ahead = single_letter(after()) || after().is(kNumber) || after().text().empty();
  if (behind && ahead) word.set(kLetter);
}

void Resolver::resolve_clitic(Word& word) {
  if (!word.is("'s")) return;
  if (before().is("let")) {
    word.set(kObject);
  } else if (!before().is(kPronoun | kQuestionWord | kDemonstrative | kAdverb) &&
             !after().is(kDeterminer | kPreposition | kParticle | kNegation | kIng | kPast |
                         kLeaning | kDegree | kAdverb)) {
    word.set(kDeterminer);  // of a possessor
  }
}

// Words with a grammar of their own.
void Resolver::resolve_particular(Word& word) {
  if (word.is("that")) resolve_that(word);
  if (word.is("may")) resolve_may(word);
  if (word.is("am") && before().is(kNumber)) word.set(kNoun);
  if (word.is("there") && !before().is(kAuxiliary) && !after().is(kAuxiliary)) word.set(kAdverb);
  if (word.is("being") && before().is(kDeterminer | kAdjective)) word.set(kNoun);
  if (word.is(kSuperlative) && !before().is(kDeterminer)) word.set(kNoun);
  if (word.is("like") && !before().is(kSubject | kTo | kModal | kDo | kNegation | kLeaning)) {
    word.remove(kVerb | kTransitive);
  } else if (word.is("like")) {
    word.remove(kPreposition);
  }
}

void Resolver::resolve_that(Word& word) {
  const bool clause_ahead =
      after().is(kPronoun | kDeterminer | kAuxiliary) || (after().is(kVerb) && !after().is(kNoun));
  const bool introduced = (before().is(kVerb) && after().is(kSubject)) ||
                          before().is(kNoun | kClausal | kAdjective) || before().classes() == 0;
  if (clause_ahead && introduced && i_ > 0 && !before().is(kAuxiliary)) word.set(kSubordinator);
}

void Resolver::resolve_may(Word& word) {
  const bool month = before().is(kOrdinal | kPreposition | kParticle | kNumber) ||
                     after().is(kOrdinal | kNumber) || after().is("the");
  word.set(month ? kMonth | kNoun : kModal);
}

// "before", "since", "so": they open a clause only where a subject follows.
void Resolver::resolve_subordinator(Word& word) {
  if (!word.is(kParticle | kPreposition | kAdverb)) return;
  const bool clause_ahead = after().is(kSubject) && !after().is("there");
  const bool as_soon_as = before().is(kAdverb | kAdjective) && before(2).is("as");
  if (clause_ahead && (!word.is("as") || as_soon_as)) {
    word.set(kSubordinator);
  } else {
    word.remove(kSubordinator);
  }
}

bool Resolver::at_start() const {
  for (std::size_t i = i_; i-- > 0;) {
    if (words_.at(i).mark == '.' || words_.at(i).mark == '?' || words_.at(i).mark == '!') break;
    if (!words_.at(i).is(kMarker | kFiller | kCoordinator)) return false;
  }
  return true;
}

// Whatever follows "i" is a verb.
bool Resolver::follows_subject() const {
  std::size_t back = 1;
  if (before().is(kLeaning) && !before().is(kSubject)) ++back;
  const Word& p = before(back);
  if (!p.is(kSubject)) return false;
  return !p.is(kObject) || inverted_ ||
         !before(back + 1).is(kVerb | kPreposition | kParticle | kTo);
}

void Resolver::resolve_verb(Word& word) {
  if (stands_as_noun(word)) {
    word.remove(kVerb | kTransitive | kDitransitive | kClausal | kLinking | kPhrasal | kMoving |
                kPlacing | kPast);
  } else {
    word.remove(kNoun | kAdjective | kOrdinal);
  }
}

bool Resolver::stands_as_noun(const Word& word) const {
  const Word& p = before();
  if (at_start()) return after().is(kAuxiliary) && !after().is(kHave);
  if (p.is(kTo | kModal | kDo | kNegation)) return false;
  if (p.is(kBe)) return !word.is(kIng | kPast) || word.is(kAdjective);
  if (p.is(kSubject) && !before(2).is(kVerb | kPreposition)) return false;
  if (p.is("'s") || p.is("please") || p.is(kSubordinator | kFiller)) return false;
  if (p.is(kObject)) return !before(2).is("let") && !before(2).is("help") && !inverted_;
  if (p.is(kDeterminer | kDemonstrative | kAttributive | kAdjective | kDegree | kNumber | kOrdinal |
           kPreposition | kHave)) {
    return true;
  }
  const Word& object = after().is(kParticle) && word.is(kPhrasal | kPlacing) ? after(2) : after();
  if (object.is(kDeterminer | kObject)) return false;
  if (p.is(kVerb)) return true;
  if (p.is(kCoordinator)) {
    return !after().is(kDeterminer | kPronoun | kDemonstrative | kPreposition | kParticle);
  }
  if (p.is(kLeaning | kAdverb)) return !before(2).is(kSubject | kAuxiliary);
  const bool third_person = word.text().ends_with("s");
  if (third_person && word.is(kTransitive) && after().text().empty()) return true;
  const bool inflected = word.is(kPast) || third_person;
  return !inflected && !inverted_;
}

}  // namespace

WordClass guess_english(const Lexicon& lexicon, std::string_view word) {
  const std::size_t n = word.size();
  if (n > 4 && word.ends_with("ing")) {
    const WordClass verb =
        inflect(lexicon, word.substr(0, n - 3), kIng | kNoun, kAdjective | kPreposition);
    return verb != 0 ? verb : kVerb | kIng | kNoun;
  }
  if (n > 3 && word.ends_with("ed")) {
    const WordClass verb = inflect(lexicon, word.substr(0, n - 2), kPast, kNoun | kPreposition);
    return verb != 0 ? verb | kAdjective : kVerb | kPast | kAdjective;
  }
  if (n > 3 && word.ends_with("s")) {
    WordClass verb = find_verb(lexicon, word.substr(0, n - 1));
    if (verb == 0 && word.ends_with("es")) verb = find_verb(lexicon, word.substr(0, n - 2));
    return verb != 0 ? verb & ~(kAdjective | kPreposition) : kNoun;
  }
  if (n > 5 && word.ends_with("est")) return kAdjective | kAttributive | kSuperlative;
  if (n > 4 && word.ends_with("ly")) return kAdverb;
  for (const std::string_view ending : {"ful", "able", "ible", "ous", "less", "ish", "ive"}) {
    if (n > ending.size() + 2 && word.ends_with(ending)) return kAdjective;
  }
  return kNoun;
}

void resolve_english(Words& words) { Resolver(words).run(); }

}  // namespace voiceagent::turns
