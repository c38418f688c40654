// The last words of a transcript, each with the classes of words that it may belong to.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace voiceagent::turns {

// What a word may be; often several.
using WordClass = std::uint64_t;

inline constexpr WordClass kDeterminer = 1ULL << 0;     // a noun must follow: the, my
inline constexpr WordClass kDemonstrative = 1ULL << 1;  // a noun may follow: this, some
inline constexpr WordClass kSubject = 1ULL << 2;        // i, we
inline constexpr WordClass kObject = 1ULL << 3;         // me, us
inline constexpr WordClass kPreposition = 1ULL << 4;    // of, with
inline constexpr WordClass kParticle = 1ULL << 5;       // a preposition, or part of a verb: on, up
inline constexpr WordClass kTo = 1ULL << 6;             // before an infinitive
inline constexpr WordClass kCoordinator = 1ULL << 7;    // and, or
inline constexpr WordClass kSubordinator = 1ULL << 8;   // if, because
inline constexpr WordClass kQuestionWord = 1ULL << 9;   // what, how
inline constexpr WordClass kBe = 1ULL << 10;
inline constexpr WordClass kHave = 1ULL << 11;
inline constexpr WordClass kDo = 1ULL << 12;
inline constexpr WordClass kModal = 1ULL << 13;  // can, would
inline constexpr WordClass kNegation = 1ULL << 14;
inline constexpr WordClass kVerb = 1ULL << 15;
inline constexpr WordClass kTransitive = 1ULL << 16;    // needs an object: want
inline constexpr WordClass kDitransitive = 1ULL << 17;  // somebody, and something: give
inline constexpr WordClass kClausal = 1ULL << 18;       // a clause follows: think
inline constexpr WordClass kLinking = 1ULL << 19;       // a complement follows: seem, keep
inline constexpr WordClass kPhrasal = 1ULL << 20;       // goes with a particle: come in
inline constexpr WordClass kMoving = 1ULL << 21;        // ... around an object: turn it on
inline constexpr WordClass kNoun = 1ULL << 22;
inline constexpr WordClass kAdjective = 1ULL << 23;
inline constexpr WordClass kAttributive = 1ULL << 24;  // an adjective that stands before nouns
inline constexpr WordClass kDegree = 1ULL << 25;       // leans on what follows: very, just
inline constexpr WordClass kAdverb = 1ULL << 26;
inline constexpr WordClass kTime = 1ULL << 27;      // a noun that is an adverb: last week
inline constexpr WordClass kFiller = 1ULL << 28;    // uh
inline constexpr WordClass kResponse = 1ULL << 29;  // enough by itself: yes, thanks
inline constexpr WordClass kMarker = 1ULL << 30;    // opens a sentence: well, so
inline constexpr WordClass kDigit = 1ULL << 31;     // zero to nine
inline constexpr WordClass kTeen = 1ULL << 32;      // ten to nineteen
inline constexpr WordClass kTens = 1ULL << 33;      // twenty to ninety
inline constexpr WordClass kScale = 1ULL << 34;     // hundred
inline constexpr WordClass kOrdinal = 1ULL << 35;   // third
inline constexpr WordClass kMonth = 1ULL << 36;
inline constexpr WordClass kLetter = 1ULL << 37;       // of a spelling
inline constexpr WordClass kNumeral = 1ULL << 38;      // written in figures: 42
inline constexpr WordClass kConnector = 1ULL << 39;    // inside addresses and codes: dot, dash
inline constexpr WordClass kMultiplier = 1ULL << 40;   // double, triple
inline constexpr WordClass kUnitCue = 1ULL << 41;      // its number has a unit: timer, pay
inline constexpr WordClass kCodeCue = 1ULL << 42;      // its number is read out: account
inline constexpr WordClass kPhoneCue = 1ULL << 43;     // ... and as long as a telephone number
inline constexpr WordClass kStreetCue = 1ULL << 44;    // a house number goes with a street
inline constexpr WordClass kDateCue = 1ULL << 45;      // a day goes with a month: born
inline constexpr WordClass kMailCue = 1ULL << 46;      // email
inline constexpr WordClass kPast = 1ULL << 47;         // went, called
inline constexpr WordClass kIng = 1ULL << 48;          // going
inline constexpr WordClass kInfinitive = 1ULL << 49;   // where that has a form of its own
inline constexpr WordClass kLeaning = 1ULL << 50;      // an adverb that may lean: always, still
inline constexpr WordClass kQuantifier = 1ULL << 52;   // some, any
inline constexpr WordClass kPartitive = 1ULL << 53;    // of something: kind, pair
inline constexpr WordClass kSuperlative = 1ULL << 54;  // quickest, or a noun: protest
inline constexpr WordClass kZipCue = 1ULL << 55;       // its number has five digits
inline constexpr WordClass kPinCue = 1ULL << 56;       // ... four
inline constexpr WordClass kOpensRange = 1ULL << 57;   // a second number follows: between
inline constexpr WordClass kApproximate = 1ULL << 58;  // before a quantity: about
inline constexpr WordClass kPlacing = 1ULL << 51;      // something, and somewhere: put

inline constexpr WordClass kAuxiliary = kBe | kHave | kDo | kModal;
inline constexpr WordClass kPronoun = kSubject | kObject;
inline constexpr WordClass kNumber = kDigit | kTeen | kTens | kScale | kNumeral;

// Words of the same classes, separated by spaces.
struct WordGroup {
  WordClass classes = 0;
  std::string_view words;
};

// The words of a language: a word has the classes of all groups that it stands in.
class Lexicon {
 public:
  // The groups' texts must live as long as the lexicon.
  explicit Lexicon(std::span<const WordGroup> groups);

  // 0: not known.
  WordClass find(std::string_view word) const;

 private:
  struct Slot {
    std::string_view word;
    WordClass classes = 0;
  };

  // Where the word is, or the free slot where it would be.
  std::size_t slot(std::string_view word) const;

  std::vector<Slot> slots_;  // open addressing; at most half full
};

// A word in lower case.
class Word {
 public:
  std::string_view text() const { return {text_.data(), size_}; }
  bool is(WordClass classes) const { return (classes_ & classes) != 0; }
  bool is(std::string_view word) const { return text() == word; }
  WordClass classes() const { return classes_; }
  void set(WordClass classes) { classes_ = classes; }
  void remove(WordClass classes) { classes_ &= ~classes; }

  // Adds to the text; what is beyond 30 bytes is dropped.
  void append(std::string_view text);

  // The punctuation behind it: one of . ? ! , - or 0. An ellipsis counts as '-'.
  char mark = 0;

 private:
  std::array<char, 30> text_{};
  std::uint8_t size_ = 0;
  WordClass classes_ = 0;
};

// How a language writes its words.
struct Spelling {
  const Lexicon* lexicon = nullptr;
  // "i'd" is "i" and "'d".
  bool splits_clitics = false;
  // The classes of a word that the lexicon doesn't have.
  WordClass (*guess)(const Lexicon& lexicon, std::string_view word) = nullptr;
};

// The last words. A position before the first word or behind the last gives an empty word of no
// class, so that rules may look around freely.
class Words {
 public:
  static constexpr std::size_t kCapacity = 64;

  Words(std::string_view transcript, const Spelling& spelling);

  std::size_t size() const { return size_; }
  const Word& at(std::size_t i) const { return i < size_ ? words_[i] : none_; }
  // REQUIRES: i < size()
  Word& edit(std::size_t i) { return words_[i]; }
  // The last word but `back`.
  const Word& last(std::size_t back = 0) const {
    return back < size_ ? words_[size_ - 1 - back] : none_;
  }
  // The punctuation behind the last word.
  char mark() const { return last().mark; }
  // Takes the last word away. REQUIRES: there is one.
  void pop() { --size_; }

  // Whether these are the last words, or the words that end before `end`.
  bool ends_with(std::string_view phrase) const { return ends_with(phrase, size_); }
  bool ends_with(std::string_view phrase, std::size_t end) const;

 private:
  void add_token(std::string_view token, const Spelling& spelling);
  void add_word(std::string_view word, const Spelling& spelling);
  void push(std::string_view text, const Spelling& spelling);
  void set_mark(std::string_view punctuation);

  std::array<Word, kCapacity> words_;
  Word none_;
  std::size_t size_ = 0;
};

}  // namespace voiceagent::turns
