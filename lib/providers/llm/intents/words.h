// Text as the words that matching compares: lower case, no punctuation, contractions and numbers
// written out, for what was typed, what was recognised and what a template says alike.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace voiceagent::intents {

// One word, and where in the source text it was written; "what's" gives two with the same place.
struct Word {
  std::string text;
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The first `max_words` words of `text`, or a few more. Bytes that are not UTF-8 separate words.
std::vector<Word> words_of(std::string_view text, std::size_t max_words);

// How much a word says: 1, less for "is" or "the", next to nothing for "uh".
float weight_of(std::string_view word);

// Whether a word is only a sign of hesitation or courtesy ("uh", "please"), no part of a name.
bool is_hesitation(std::string_view word);

}  // namespace voiceagent::intents
