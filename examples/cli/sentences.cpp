#include "sentences.h"

namespace cli {
namespace {

constexpr std::string_view kSpace = " \t\r\n\f\v";

// Where the first sentence ends: after a full stop, a question mark or an exclamation mark that
// white space follows.
std::size_t sentence_end(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const bool stop = text[i] == '.' || text[i] == '?' || text[i] == '!';
    if (stop && kSpace.find(text[i + 1]) != std::string_view::npos) return i + 1;
  }
  return text.size();
}

bool inside_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

// Where to cut text that is longer than `limit`.
std::size_t cut(std::string_view text, std::size_t limit) {
  const std::size_t space = text.find_last_of(kSpace, limit);
  if (space != std::string_view::npos && space > 0) return space;
  std::size_t end = limit;
  while (end > limit - 3 && inside_character(text[end])) --end;
  return end;
}

}  // namespace

std::vector<std::string_view> sentences(std::string_view text, std::size_t limit) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const std::size_t begin = text.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) return pieces;
    text.remove_prefix(begin);
    std::size_t end = sentence_end(text);
    if (end > limit) end = cut(text, limit);
    const std::string_view piece = text.substr(0, end);
    pieces.push_back(piece.substr(0, piece.find_last_not_of(kSpace) + 1));
    text.remove_prefix(end);
  }
}

}  // namespace cli
