#include "providers/tts/flite/text.h"

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/utf8.h"

namespace voiceagent::flite {
namespace {

constexpr std::string_view kOpening = "\"'`({[";
constexpr std::string_view kClosing = "\"'`.,:;!?(){}[]";
// Signs that flite reads by name; other signs are speakable only beside letters and digits.
constexpr std::string_view kSpokenSigns = "&@#%+=*/\\^~|_$";

// flite's rules copy a token once per character, recursively.
constexpr std::size_t kLongestToken = 48;
// From here on a comma ends an utterance, and from there on any word does (bytes).
constexpr std::size_t kLongUtterance = 120;
constexpr std::size_t kLongestUtterance = 240;

constexpr std::string_view kNothing = "";     // leaves no trace: combining accents, joiners
constexpr std::string_view kSpace = " ";      // parts words, belongs to none
constexpr std::string_view kUnspoken = "\1";  // parts words, belongs to the word before
constexpr std::string_view kPause = "\2";     // the same, with a pause

// U+00C0 to U+017F without accents; a digit stands for that pair of letters.
constexpr std::string_view kLatin =
    "AAAAAA0CEEEEIIII"
    "DNOOOOO_OUUUUY12"
    "aaaaaa3ceeeeiiii"
    "dnooooo_ouuuuy4y"
    "AaAaAaCcCcCcCcDd"
    "DdEeEeEeEeEeGgGg"
    "GgGgHhHhIiIiIiIi"
    "Ii56JjKkkLlLlLlL"
    "lLlNnNnNnnNnOoOo"
    "Oo78RrRrRrSsSsSs"
    "SsTtTtTtUuUuUuUu"
    "UuUuWwYyYZzZzZzs";
static_assert(kLatin.size() == 0x180 - 0xC0);
constexpr std::array<std::string_view, 9> kPairs = {"AE", "Th", "ss", "ae", "th",
                                                    "IJ", "ij", "OE", "oe"};

std::string_view latin_to_ascii(char32_t c) {
  const std::string_view letter = kLatin.substr(c - 0xC0, 1);
  if (letter[0] == '_') return kUnspoken;  // the signs for times and divided by
  return letter[0] <= '9' ? kPairs[static_cast<std::size_t>(letter[0] - '0')] : letter;
}

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
}
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool contains(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

// The general punctuation block, U+2000 to U+206F.
std::string_view punctuation_to_ascii(char32_t c) {
  if (c <= 0x200A || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F) return kSpace;
  if (c <= 0x200F || (c >= 0x202A && c <= 0x202E) || c >= 0x2060) return kNothing;
  if (c <= 0x2013) return "-";
  if (c <= 0x2015 || c == 0x2026) return kPause;
  if ((c >= 0x2018 && c <= 0x201B) || c == 0x2032) return "'";
  if ((c >= 0x201C && c <= 0x201F) || c == 0x2033) return "\"";
  return kUnspoken;
}

std::string_view to_ascii(const Utf8Char& character, std::string_view bytes) {
  const char32_t c = character.code;
  if (!character.valid) return kUnspoken;
  if (c < 0x80) {
    if (is_space(bytes[0])) return kSpace;
    return c < 0x20 || c == 0x7F ? kUnspoken : bytes;
  }
  if (c == 0x85 || c == 0xA0 || c == 0x1680 || c == 0x3000) return kSpace;
  if (c == 0xAD || c == 0xFEFF || (c >= 0xFE00 && c <= 0xFE0F)) return kNothing;
  if (c == 0xAB || c == 0xBB) return "\"";
  if (c == 0x2BC) return "'";
  if (c == 0x2212) return "-";
  if (c >= 0xC0 && c <= 0x17F) return latin_to_ascii(c);
  if (c >= 0x300 && c <= 0x36F) return kNothing;
  if (c >= 0x2000 && c <= 0x206F) return punctuation_to_ascii(c);
  return kUnspoken;
}

// Gathers characters into tokens, and tokens into utterances.
class Splitter {
 public:
  void add(std::string_view ascii, std::size_t begin, std::size_t end) {
    if (ascii == kSpace) return end_word();
    if (!in_word_) span_.begin = begin;
    in_word_ = true;
    span_.end = end;
    if (ascii == kUnspoken || ascii == kPause) {
      end_word();
      if (ascii == kPause) pause();
    } else {
      word_ += ascii;
      if (word_.size() >= kLongestToken) end_word();
    }
  }

  std::vector<Utterance> finish() {
    end_word();
    end_utterance();
    return std::move(utterances_);
  }

 private:
  void end_word() {
    if (!std::exchange(in_word_, false)) return;
    Token token = make_token();
    word_.clear();
    if (token.name.empty()) {
      attach(token);
      return;
    }
    if (orphan_) token.source.begin = *orphan_;
    orphan_.reset();
    if (ends_before(token)) end_utterance();
    utterance_.push_back(std::move(token));
  }

  // Parts the word's punctuation from what is spoken; no name when that is nothing.
  Token make_token() const {
    Token token;
    token.source = span_;
    const std::size_t first = word_.find_first_not_of(kOpening);
    const std::size_t last = word_.find_last_not_of(kClosing);
    if (first == std::string::npos || last == std::string::npos || last < first) {
      token.after = word_;
      return token;
    }
    token.before = word_.substr(0, first);
    token.name = word_.substr(first, last + 1 - first);
    token.after = word_.substr(last + 1);
    for (const char c : token.name) {
      if (is_alnum(c) || contains(kSpokenSigns, c)) return token;
    }
    token.name.clear();
    token.after = ",";  // a dash on its own
    return token;
  }

  // Gives a sign without a sound to the word before it.
  void attach(const Token& sign) {
    if (utterance_.empty()) {
      if (!orphan_) orphan_ = sign.source.begin;
      return;
    }
    utterance_.back().source.end = sign.source.end;
    if (!sign.after.empty()) pause(sign.after);
  }

  void pause(std::string_view punctuation = ",") {
    if (!utterance_.empty() && utterance_.back().after.empty())
      utterance_.back().after = punctuation;
  }

  // Whether what was gathered is spoken on its own, before `next`.
  bool ends_before(const Token& next) const {
    if (utterance_.empty()) return false;
    const Token& last = utterance_.back();
    const std::size_t bytes = last.source.end - utterance_.front().source.begin;
    if (bytes >= kLongestUtterance) return true;
    if (last.after.find_first_of("?!") != std::string::npos) return true;
    if (bytes >= kLongUtterance && last.after.find_first_of(",;:") != std::string::npos)
      return true;
    return contains(last.after, '.') && is_upper(next.name.front()) && !is_abbreviation(last.name);
  }

  // "J." and "Dr." don't end a sentence; flite needs the next word to read them.
  static bool is_abbreviation(std::string_view name) {
    return is_upper(name.back()) || (is_upper(name.front()) && name.size() < 4);
  }

  void end_utterance() {
    if (!utterance_.empty()) utterances_.push_back(std::exchange(utterance_, {}));
  }

  std::vector<Utterance> utterances_;
  Utterance utterance_;
  std::string word_;
  TextSpan span_;
  bool in_word_ = false;
  std::optional<std::size_t> orphan_;  // where signs without a sound before the first word began
};

}  // namespace

std::vector<Utterance> split_text(std::string_view text) {
  Splitter splitter;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Char character = decode_utf8(text, at);
    splitter.add(to_ascii(character, text.substr(at, character.length)), at, at + character.length);
    at += character.length;
  }
  return splitter.finish();
}

}  // namespace voiceagent::flite
