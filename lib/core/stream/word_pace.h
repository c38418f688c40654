// Whether a model's text gets on: by words, or by as many letters as a word has. A blank is
// nothing, and a letter now and then is no answer.
#pragma once

#include <string_view>

#include "base/characters.h"

namespace voiceagent {

class WordPace {
 public:
  // Takes the next piece of the text. True: it begins a word, or is another part of a long one.
  bool gets_on(std::string_view piece) {
    bool on = false;
    while (!piece.empty()) {
      const text::Character c = text::character_at(piece, 0);
      piece.remove_prefix(c.length);
      if (text::is_space(c.code)) {
        letters_ = 0;
      } else if (letters_++ % kLetters == 0 || text::is_wide(c.code)) {
        on = true;
      }
    }
    return on;
  }

 private:
  static constexpr int kLetters = 8;  // longer words count several times

  int letters_ = 0;  // of the word so far
};

}  // namespace voiceagent
