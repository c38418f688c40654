// Cuts text into pieces that a synthesiser takes.
#pragma once

#include <string_view>
#include <vector>

namespace cli {

// Sentences of `text`, none longer than `limit` bytes (at least 4): a longer one is cut at a space,
// or between characters where there is none. Views into `text`; white space at the ends is left
// out.
std::vector<std::string_view> sentences(std::string_view text, std::size_t limit = 4'096);

}  // namespace cli
