// What kind of character one is, in running text of any language. Tables are coarse on purpose:
// they serve to split text into words and sentences, not to typeset it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace voiceagent::text {

// One character of UTF-8 text.
struct Character {
  char32_t code = 0;       // U+FFFD for what is not UTF-8.
  std::size_t length = 0;  // Bytes.
  bool complete = true;    // False: it may be the beginning of a character that goes on.
};

// Reads the character at `at`. REQUIRES: at < text.size().
Character character_at(std::string_view text, std::size_t at);

// Writes a character behind `text`. REQUIRES: a Unicode scalar value.
void append(std::string& text, char32_t c);

bool is_space(char32_t c);
bool is_newline(char32_t c);
bool is_digit(char32_t c);
bool is_letter(char32_t c);  // Anything beyond ASCII that is no known mark or symbol counts.
bool is_lower(char32_t c);   // Of the Latin, Greek and Cyrillic scripts.
bool is_upper(char32_t c);   // Of ASCII.
char32_t lower(char32_t c);  // Of the Latin, Greek and Cyrillic scripts; others stay.
// Ideographs and kana: written without spaces, twice as much text as a letter.
bool is_wide(char32_t c);
// What may follow a full stop and still belong to the sentence: quotes, brackets, emphasis.
bool is_closer(char32_t c);
// Full stops that need no space after them, as in Chinese and Japanese.
bool is_wide_stop(char32_t c);
// The commas of those.
bool is_wide_comma(char32_t c);
bool is_em_dash(char32_t c);

// Whether two texts differ in nothing but capitals, marks and spaces, as a recogniser's texts of
// the same sound do.
bool same_words(std::string_view a, std::string_view b);

// Whether a voice owes sound for it: there is a letter or a digit in it, of any script.
bool is_speakable(std::string_view text);

// `text` from its first character on that is no space; a view into it.
std::string_view without_leading_space(std::string_view text);

}  // namespace voiceagent::text
