#include "providers/llm/intents/words.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/characters.h"
#include "providers/llm/intents/numbers.h"

namespace voiceagent::intents {
namespace {

constexpr float kHesitationWeight = 0.05F;
constexpr float kFunctionWeight = 0.5F;
constexpr float kQuestionWeight = 0.6F;

constexpr std::string_view kHesitations[] = {"ah",  "eh", "em", "er",     "erm", "hm", "hmm",
                                             "mhm", "mm", "oh", "please", "uh",  "um"};
// They come and go in speech without changing what is meant.
constexpr std::string_view kFillers[] = {"a", "an", "just", "like", "so", "the", "well"};
constexpr std::string_view kFunctionWords[] = {
    "am",  "and",  "are",  "at",    "be",    "can",   "could", "did", "do", "does",
    "for", "from", "has",  "have",  "i",     "in",    "is",    "it",  "me", "my",
    "of",  "or",   "our",  "shall", "that",  "there", "this",  "to",  "us", "was",
    "we",  "were", "will", "with",  "would", "you",   "your"};

// They say that something is asked, but not much about what.
constexpr std::string_view kQuestionWords[] = {"how",   "what", "when", "where",
                                               "which", "who",  "why"};

// Whole words; others are taken apart at their apostrophe.
struct Contraction {
  std::string_view from;
  std::string_view first;
  std::string_view second;
};
constexpr Contraction kContractions[] = {
    {"can't", "can", "not"},    {"cannot", "can", "not"},  {"won't", "will", "not"},
    {"shan't", "shall", "not"}, {"let's", "let", "us"},    {"whats", "what", "is"},
    {"thats", "that", "is"},    {"wheres", "where", "is"}, {"hows", "how", "is"},
    {"dont", "do", "not"},      {"doesnt", "does", "not"}, {"im", "i", "am"},
    {"gonna", "going", "to"},   {"wanna", "want", "to"},   {"gimme", "give", "me"},
    {"lemme", "let", "me"},     {"mr", "mister", ""},      {"dr", "doctor", ""},
    {"ok", "okay", ""}};
constexpr Contraction kEndings[] = {{"n't", "", "not"},  {"'re", "", "are"},  {"'ve", "", "have"},
                                    {"'ll", "", "will"}, {"'d", "", "would"}, {"'m", "", "am"}};
// After these, 's is "is"; elsewhere it says whose.
constexpr std::string_view kBeforeIs[] = {"he",   "here", "how",  "it",    "she", "that", "there",
                                          "this", "what", "when", "where", "who", "why"};

bool is_one_of(std::string_view word, std::span<const std::string_view> list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string without_apostrophes(std::string_view word) {
  std::string out(word);
  std::erase(out, '\'');
  return out;
}

// Takes "what's" apart into "what" and "is"; the second is empty where nothing is contracted.
std::pair<std::string, std::string_view> taken_apart(std::string_view word) {
  for (const Contraction& c : kContractions) {
    if (word == c.from) return {std::string(c.first), c.second};
  }
  for (const Contraction& c : kEndings) {
    if (word.size() > c.from.size() && word.ends_with(c.from)) {
      return {without_apostrophes(word.substr(0, word.size() - c.from.size())), c.second};
    }
  }
  if (word.ends_with("'s") && is_one_of(word.substr(0, word.size() - 2), kBeforeIs)) {
    return {std::string(word.substr(0, word.size() - 2)), "is"};
  }
  return {without_apostrophes(word), {}};
}

// Goes through a text once.
class Splitter {
 public:
  Splitter(std::string_view text, std::size_t max_words) : text_(text), max_words_(max_words) {}

  std::vector<Word> run() && {
    while (at_ < text_.size() && words_.size() < max_words_) {
      const text::Character c = text::character_at(text_, at_);
      if (text::is_digit(c.code)) {
        read_number();
      } else if (text::is_wide(c.code)) {
        add(std::string(text_.substr(at_, c.length)), at_, at_ + c.length);
        at_ += c.length;
      } else if (text::is_letter(c.code)) {
        read_word();
      } else {
        at_ += c.length;
      }
    }
    return std::move(words_);
  }

 private:
  static bool is_apostrophe(char32_t c) { return c == U'\'' || c == 0x2019; }

  void add(std::string text, std::size_t begin, std::size_t end) {
    if (!text.empty()) words_.push_back({std::move(text), begin, end});
  }

  bool digit_at(std::size_t at) const {
    return at < text_.size() && text::is_digit(static_cast<unsigned char>(text_[at]));
  }

  // "1,000.5" -> one thousand point five
  void read_number() {
    const std::size_t begin = at_;
    std::string digits;
    while (digit_at(at_) || (text_[at_] == ',' && digit_at(at_ + 1))) {
      if (text_[at_] != ',') digits += text_[at_];
      if (++at_ == text_.size()) break;
    }
    const std::size_t end = at_;
    for (const std::string_view word : number_words(digits)) add(std::string(word), begin, end);
    if (at_ + 1 < text_.size() && text_[at_] == '.' && digit_at(at_ + 1)) {
      add("point", at_, at_ + 1);
      ++at_;
    }
  }

  void read_word() {
    const std::size_t begin = at_;
    std::string word;
    while (at_ < text_.size() && word.size() < kMaxWordBytes) {
      const text::Character c = text::character_at(text_, at_);
      if (is_apostrophe(c.code)) {
        word += '\'';
      } else if (text::is_digit(c.code) || (text::is_letter(c.code) && !text::is_wide(c.code))) {
        text::append(word, text::lower(c.code));
      } else {
        break;
      }
      at_ += c.length;
    }
    while (word.ends_with('\'')) word.pop_back();
    auto [first, second] = taken_apart(word);
    add(std::move(first), begin, at_);
    add(std::string(second), begin, at_);
  }

  static constexpr std::size_t kMaxWordBytes = 64;  // A longer one is read as several.

  std::string_view text_;
  std::size_t max_words_;
  std::size_t at_ = 0;
  std::vector<Word> words_;
};

}  // namespace

std::vector<Word> words_of(std::string_view text, std::size_t max_words) {
  return Splitter(text, max_words).run();
}

float weight_of(std::string_view word) {
  if (is_hesitation(word) || is_one_of(word, kFillers)) return kHesitationWeight;
  if (is_one_of(word, kFunctionWords)) return kFunctionWeight;
  return is_one_of(word, kQuestionWords) ? kQuestionWeight : 1.0F;
}

bool is_hesitation(std::string_view word) { return is_one_of(word, kHesitations); }

}  // namespace voiceagent::intents
