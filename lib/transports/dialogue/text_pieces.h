// A text in pieces that a synthesiser takes.
#pragma once

#include <cstddef>
#include <string_view>

namespace voiceagent::transports {

// Sentence by sentence, and long sentences in parts: the voice begins with the first one.
class TextPieces {
 public:
  // `text` must outlive it.
  explicit TextPieces(std::string_view text) : rest_(text) {}

  // The next piece; empty: there is none left.
  std::string_view next() const;
  // It has been taken.
  void take() { rest_.remove_prefix(next().size()); }

 private:
  std::string_view rest_;
};

}  // namespace voiceagent::transports
