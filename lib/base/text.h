// Small helpers for text. ASCII only: other bytes pass through as they are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace voiceagent {

// Space, tab, line feed, carriage return, form feed or vertical tab.
constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// `c` in lower case.
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// `text` in lower case.
std::string to_lower(std::string_view text);

// `text` without white space at its ends; a view into it.
std::string_view trim(std::string_view text);

// What stands between white space; views into `text`.
std::vector<std::string_view> split_words(std::string_view text);

// `text` with its control characters written as \n, \t or \x1b: one line, harmless to a terminal.
std::string escape_control(std::string_view text);

}  // namespace voiceagent
