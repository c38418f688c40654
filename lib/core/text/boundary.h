#pragma once

#include <string_view>

// Where speech may pause: how a word ends, judged by its own marks and by the character after it.
namespace voiceagent::text {

// What lies between two words, weakest first.
enum class Boundary { kWord, kConjunction, kClause, kSentence };

// A word with its punctuation, and its surroundings.
struct Token {
  std::string_view text;  // From one space to the next; not empty.
  bool first = false;     // The first one of its line, where "3." numbers an item.
  bool newline = false;   // A line break follows.
  char32_t next = 0;      // The character that the text goes on with.
};

// What kind of boundary follows the token.
Boundary boundary_after(const Token& token);

// Whether speech may pause before this word ("and", "because"), if it must.
bool is_conjunction(std::string_view word);

}  // namespace voiceagent::text
