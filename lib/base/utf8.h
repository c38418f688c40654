// UTF-8: checking, mending and cutting text that comes from outside.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace voiceagent {

// One step of reading UTF-8.
struct Utf8Char {
  char32_t code;       // the character, or U+FFFD for an invalid sequence
  std::size_t length;  // bytes to go on by, at least 1
  bool valid;
};

// The character that begins at `at`. An invalid sequence is as long as its part that could have
// begun a character. REQUIRES: at < text.size().
Utf8Char decode_utf8(std::string_view text, std::size_t at);

// How many bytes at the beginning are valid; text.size() when all are.
std::size_t valid_utf8_prefix(std::string_view text);

// Whether all of it is valid.
inline bool is_valid_utf8(std::string_view text) { return valid_utf8_prefix(text) == text.size(); }

// `text` with U+FFFD in the place of each invalid sequence.
std::string sanitize_utf8(std::string_view text);

// The beginning of `text`, of at most `max_bytes` and not ending inside a character.
std::string_view truncate_utf8(std::string_view text, std::size_t max_bytes);

}  // namespace voiceagent
