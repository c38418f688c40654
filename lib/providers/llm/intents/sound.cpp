#include "providers/llm/intents/sound.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>

#include "base/characters.h"

namespace voiceagent::intents {
namespace {

constexpr std::size_t kMaxSymbols = 24;  // Of a longer word the beginning counts.
constexpr float kWeak = 0.5F;            // A vowel, and an h, weigh half of a consonant.
constexpr float kOtherVowel = 0.5F;      // One vowel for another, as part of their weight.
constexpr float kRelated = 0.45F;        // One consonant for a related one.

// Sounds written with two letters.
constexpr char16_t kSh = u'S';
constexpr char16_t kCh = u'C';
constexpr char16_t kTh = u'T';

bool is_vowel(char16_t c) { return c == u'a' || c == u'e' || c == u'i' || c == u'o' || c == u'u'; }
bool is_vowel_letter(char c) { return is_vowel(static_cast<unsigned char>(c)) || c == 'y'; }

float weight(char16_t c) { return is_vowel(c) || c == u'h' ? kWeak : 1.0F; }

// Consonants made in the same place of the mouth share a family; 0 is a family of one.
int family(char16_t c) {
  switch (c) {
    case u'p':
    case u'b': return 1;
    case u't':
    case u'd':
    case kTh: return 2;
    case u'k':
    case u'g': return 3;
    case u'f':
    case u'v': return 4;
    case u's':
    case u'z':
    case u'j':
    case kSh:
    case kCh: return 5;
    case u'm':
    case u'n': return 6;
    case u'l':
    case u'r': return 7;
    default: return 0;
  }
}

float substitution_of(char16_t a, char16_t b) {
  if (a == b) return 0;
  if (is_vowel(a) && is_vowel(b)) return kOtherVowel * kWeak;
  if (family(a) != 0 && family(a) == family(b)) return kRelated;
  return std::max(weight(a), weight(b));
}

// All substitutions among the symbols of English, looked up millions of times.
constexpr std::size_t kTableSize = 128;
const auto& substitutions() {
  static const auto table = [] {
    std::array<std::array<float, kTableSize>, kTableSize> out{};
    for (char16_t a = 0; a < kTableSize; ++a) {
      for (char16_t b = 0; b < kTableSize; ++b) out[a][b] = substitution_of(a, b);
    }
    return out;
  }();
  return table;
}

// Latin letters with marks sound, for this purpose, as those without.
constexpr std::string_view kLatin1 = "aaaaaaaceeeeiiiidnooooo.ouuuuyts";

std::string plain_letters(std::string_view word, std::u16string& beyond) {
  std::string out;
  for (std::size_t at = 0; at < word.size();) {
    const text::Character c = text::character_at(word, at);
    at += c.length;
    if (c.code < 0x80) {
      out += static_cast<char>(c.code);
    } else if (c.code >= 0xE0 && c.code <= 0xFF) {
      out += kLatin1[c.code - 0xE0];
    } else {
      beyond += static_cast<char16_t>(c.code & 0xFFFFU);
      out += '\x01';  // Stands for the next one of `beyond`.
    }
  }
  return out;
}

// Reads English spelling, roughly.
class Reader {
 public:
  explicit Reader(std::string_view word) : letters_(plain_letters(word, beyond_)) {}

  std::u16string run() && {
    skip_silent_beginning();
    while (at_ < letters_.size() && out_.size() < kMaxSymbols) read();
    return std::move(out_);
  }

 private:
  bool here(std::string_view text) const {
    return std::string_view(letters_).substr(at_).starts_with(text);
  }
  char letter(std::size_t ahead) const {
    return at_ + ahead < letters_.size() ? letters_[at_ + ahead] : '\0';
  }
  bool ends_after(std::size_t count) const { return at_ + count == letters_.size(); }

  void put(char16_t symbol, std::size_t letters) {
    const bool doubled = !out_.empty() && out_.back() == symbol;
    if (!doubled) out_ += symbol;
    at_ += letters;
  }

  void skip_silent_beginning() {
    if (here("kn") || here("wr") || here("ps") || here("gn")) at_ = 1;
  }

  void read() {
    if (is_vowel_letter(letter(0))) {
      read_vowels();
    } else if (!read_group()) {
      read_consonant();
    }
  }

  // Vowels in a row are one sound; an e at the end of a longer word is none.
  void read_vowels() {
    if (letter(0) == 'y' && at_ == 0) return put(u'y', 1);
    if (letter(0) == 'e' && ends_after(1) && out_.size() > 1) {
      ++at_;
      return;
    }
    const char first = letter(0) == 'y' ? 'i' : letter(0);
    std::size_t count = 1;
    while (is_vowel_letter(letter(count))) ++count;
    put(static_cast<unsigned char>(first), count);
  }

  struct Group {
    std::string_view letters;
    std::u16string_view sounds;
  };

  bool read_group() {
    static constexpr std::array kGroups{
        Group{"tch", u"C"},   Group{"sch", u"sk"}, Group{"dge", u"j"}, Group{"tion", u"Sn"},
        Group{"sion", u"Sn"}, Group{"ght", u"t"},  Group{"ck", u"k"},  Group{"ch", u"C"},
        Group{"sh", u"S"},    Group{"th", u"T"},   Group{"ph", u"f"},  Group{"qu", u"kw"},
        Group{"wh", u"w"},    Group{"gh", u""},    Group{"ci", u"s"},  Group{"ce", u"s"}};
    for (const Group& group : kGroups) {
      if (!here(group.letters)) continue;
      const bool keep_vowel = group.letters == "ci" || group.letters == "ce";
      for (const char16_t sound : group.sounds) put(sound, 0);
      at_ += keep_vowel ? 1 : group.letters.size();
      return true;
    }
    return false;
  }

  void read_consonant() {
    const char c = letter(0);
    switch (c) {
      case 'c':
      case 'q': return put(u'k', 1);
      case 'x': put(u'k', 0); return put(u's', 1);
      case 'b':
        if (ends_after(1) && at_ > 0 && letters_[at_ - 1] == 'm') {
          ++at_;
          return;
        }
        break;
      case '\x01': return put(beyond_[next_beyond_++], 1);
      default: break;
    }
    put(static_cast<unsigned char>(c), 1);
  }

  std::u16string beyond_;
  std::string letters_;
  std::size_t at_ = 0;
  std::size_t next_beyond_ = 0;
  std::u16string out_;
};

}  // namespace

Sound::Sound(std::string_view word, std::string_view next)
    : symbols_(Reader(std::string(word).append(next)).run()) {
  weights_.reserve(symbols_.size());
  for (const char16_t c : symbols_) {
    weights_.push_back(weight(c));
    length_ += weight(c);
    if (weight(c) == 1.0F) consonants_ |= std::uint64_t{1} << (c & 63U);
  }
}

// A consonant that the other word lacks costs at least a related one in its place.
bool Sound::may_reach(const Sound& other, float least) const {
  const float longer = std::max(length_, other.length_);
  const float allowed = longer * (1 - least);
  if (std::abs(length_ - other.length_) > allowed) return false;
  const int missing = std::max(std::popcount(consonants_ & ~other.consonants_),
                               std::popcount(other.consonants_ & ~consonants_));
  return static_cast<float>(missing) * kRelated <= allowed;
}

float Sound::similarity(const Sound& other, float least) const {
  if (symbols_ == other.symbols_) return 1;
  const float longer = std::max(length_, other.length_);
  const float allowed = longer * (1 - least);
  std::array<float, kMaxSymbols + 2> row{};
  const std::size_t width = other.symbols_.size();
  for (std::size_t j = 0; j < width; ++j) row[j + 1] = row[j] + other.weights_[j];
  const auto& table = substitutions();
  for (std::size_t i = 0; i < symbols_.size(); ++i) {
    const char16_t a = symbols_[i];
    float diagonal = row[0];
    row[0] += weights_[i];
    float least_cost = row[0];
    for (std::size_t j = 0; j < width; ++j) {
      const char16_t b = other.symbols_[j];
      const float change = (a | b) < kTableSize ? table[a][b] : (a == b ? 0.0F : 1.0F);
      const float best = std::min(diagonal + change,
                                  std::min(row[j + 1] + weights_[i], row[j] + other.weights_[j]));
      diagonal = row[j + 1];
      row[j + 1] = best;
      least_cost = std::min(least_cost, best);
    }
    if (least_cost > allowed) return 0;
  }
  const float similarity = longer > 0 ? 1 - row[width] / longer : 0;
  return similarity >= least ? similarity : 0;
}

}  // namespace voiceagent::intents
