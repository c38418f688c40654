#include "transports/dialogue/text_pieces.h"

#include "base/text.h"
#include "base/utf8.h"

namespace voiceagent::transports {
namespace {

constexpr std::size_t kMaxPiece = 400;  // bytes; a stream takes 4,096 at least

bool ends_sentence(char c) { return c == '.' || c == '!' || c == '?' || c == '\n'; }

}  // namespace

std::string_view TextPieces::next() const {
  if (trim(rest_).empty()) return {};
  std::size_t space = 0;
  bool has_word = false;
  for (std::size_t i = 0; i < rest_.size() && i < kMaxPiece; ++i) {
    const bool last = i + 1 == rest_.size();
    has_word = has_word || !is_space(rest_[i]);
    const bool boundary = last || is_space(rest_[i + 1]);
    if (has_word && boundary && (last || ends_sentence(rest_[i]))) return rest_.substr(0, i + 1);
    if (has_word && is_space(rest_[i])) space = i + 1;
  }
  return space > 0 ? rest_.substr(0, space) : truncate_utf8(rest_, kMaxPiece);
}

}  // namespace voiceagent::transports
