#include "core/turn/back_channel.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "base/text.h"

namespace voiceagent {
namespace {

constexpr std::size_t kLongest = 16;  // letters of a back-channel
constexpr int kMostWords = 4;         // "yeah yeah okay sure" still is one, a speech is not

// After Ward and Tsukahara's and Jurafsky's counts of continuers and assessments in English
// telephone speech ("Switchboard"), and the like in German; hyphens are dropped before looking.
constexpr std::array<std::string_view, 28> kEnglish{
    "yeah",  "yes",     "yep",     "yup",  "ok",      "okay",       "right",
    "sure",  "alright", "exactly", "true", "gotcha",  "cool",       "good",
    "great", "nice",    "fine",    "wow",  "really",  "indeed",     "oh",
    "ah",    "i",       "see",     "uh",   "totally", "absolutely", "definitely"};
constexpr std::array<std::string_view, 16> kGerman{
    "ja",     "jaja",    "jo",    "okay", "ok", "gut", "genau",    "klar",
    "stimmt", "richtig", "achso", "ach",  "so", "aha", "verstehe", "schön"};

// Hummed in every language.
constexpr std::array<std::string_view, 16> kHummed{"mm",   "mmm",   "mhm",  "mmhm",  "hm",   "hmm",
                                                   "hmmm", "mmhmm", "mhmm", "uhhuh", "uhuh", "aha",
                                                   "huh",  "hum",   "um",   "em"};

// One of them, and somebody wants the floor; other words of such calls ("on", "it") are no matter.
constexpr std::array<std::string_view, 24> kEnglishCalls{
    "stop",  "wait",   "no",     "nope", "what", "hold",   "hey",    "hello",
    "sorry", "excuse", "pardon", "quit", "shut", "quiet",  "cancel", "never",
    "help",  "enough", "listen", "hush", "back", "please", "repeat", "again"};
constexpr std::array<std::string_view, 20> kGermanCalls{
    "stopp", "stop", "halt",  "warte",  "warten", "moment", "nein",
    "nee",   "nö",   "was",   "wie",    "hallo",  "sorry",  "entschuldigung",
    "hilfe", "ruhe", "genug", "falsch", "bitte",  "nochmal"};

// Letters in lower case, and bytes beyond ASCII, without punctuation; empty for what has a digit.
std::string_view plain(std::string_view word, std::array<char, kLongest>& room) {
  std::size_t length = 0;
  for (const char c : word) {
    const char lower = to_lower(c);
    const bool letter = (lower >= 'a' && lower <= 'z') || static_cast<unsigned char>(c) >= 0x80;
    if (lower >= '0' && lower <= '9') return {};
    if (!letter) continue;
    if (length == kLongest) return {};
    room[length++] = lower;
  }
  return {room.data(), length};
}

using Words = std::span<const std::string_view>;

Words of_language(std::string_view language, Words english, Words german) {
  if (language.starts_with("de")) return german;
  if (language.empty() || language.starts_with("en")) return english;
  return {};
}

// Takes the first word off `text`; empty when there is none.
std::string_view take_word(std::string_view& text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  const auto end = static_cast<std::size_t>(std::ranges::find_if(text, is_space) - text.begin());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

}  // namespace

bool is_back_channel(std::string_view text, std::string_view language, bool growing) {
  const Words known = of_language(language, kEnglish, kGerman);
  std::array<char, kLongest> room{};
  int words = 0;
  for (std::string_view next = take_word(text); !next.empty(); next = take_word(text)) {
    const std::string_view word = plain(next, room);
    if (word.empty()) return false;
    const bool may_grow = growing && text.empty();
    const auto fits = [word, may_grow](std::string_view one) {
      return may_grow ? one.starts_with(word) : one == word;
    };
    if (std::ranges::none_of(kHummed, fits) && std::ranges::none_of(known, fits)) return false;
    ++words;
  }
  return words > 0 && words <= kMostWords;
}

bool asks_for_the_floor(std::string_view text, std::string_view language) {
  const Words calls = of_language(language, kEnglishCalls, kGermanCalls);
  std::array<char, kLongest> room{};
  for (std::string_view next = take_word(text); !next.empty(); next = take_word(text)) {
    if (std::ranges::find(calls, plain(next, room)) != calls.end()) return true;
  }
  return false;
}

}  // namespace voiceagent
