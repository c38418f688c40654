// Numbers in words.
#pragma once

#include <string_view>
#include <vector>

namespace voiceagent::intents {

// The English words of a number: "25" -> "twenty", "five". Up to six digits are read as a quantity;
// more of them, or a leading zero, digit by digit. REQUIRES: nothing but digits.
std::vector<std::string_view> number_words(std::string_view digits);

}  // namespace voiceagent::intents
