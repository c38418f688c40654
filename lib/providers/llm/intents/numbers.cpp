#include "providers/llm/intents/numbers.h"

#include <cstddef>

namespace voiceagent::intents {
namespace {

constexpr std::string_view kSmall[] = {"zero",    "one",     "two",       "three",    "four",
                                       "five",    "six",     "seven",     "eight",    "nine",
                                       "ten",     "eleven",  "twelve",    "thirteen", "fourteen",
                                       "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::string_view kTens[] = {"",      "",      "twenty",  "thirty", "forty",
                                      "fifty", "sixty", "seventy", "eighty", "ninety"};

// Appends a number below a thousand; nothing for 0.
void below_thousand(std::size_t n, std::vector<std::string_view>& out) {
  if (n >= 100) {
    out.push_back(kSmall[n / 100]);
    out.push_back("hundred");
    n %= 100;
  }
  if (n >= 20) {
    out.push_back(kTens[n / 10]);
    n %= 10;
  }
  if (n > 0) out.push_back(kSmall[n]);
}

}  // namespace

std::vector<std::string_view> number_words(std::string_view digits) {
  std::vector<std::string_view> out;
  const auto value = [](char digit) { return static_cast<std::size_t>(digit - '0'); };
  if (digits.size() > 6 || (digits.size() > 1 && digits.front() == '0')) {
    for (const char digit : digits) out.push_back(kSmall[value(digit)]);
    return out;
  }
  std::size_t n = 0;
  for (const char digit : digits) n = n * 10 + value(digit);
  if (n == 0) return {kSmall[0]};
  if (n >= 1000) {
    below_thousand(n / 1000, out);
    out.push_back("thousand");
  }
  below_thousand(n % 1000, out);
  return out;
}

}  // namespace voiceagent::intents
