#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "providers/llm/intents/intents_file.h"
#include "support/catch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

// The target ends the program when a promise is broken.
void feed(std::string_view text) {
  const std::string copy(text);  // of exactly that size, so that a sanitizer sees its end
  CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(copy.data()), copy.size()) ==
        0);
}

std::string repeated(std::string_view part, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += part;
  return text;
}

constexpr std::string_view kSmall = R"({"version": 1, "slots": {"a": ["x y", "z"]}, "intents": [
    {"name": "i", "sentences": ["[p] (q|r {a}) s {b}"], "replies": ["{b}!", "{a} {b}"]}]})";

}  // namespace

TEST_CASE("intents fuzz: every beginning of a file, and every byte of it damaged") {
  for (std::size_t i = 0; i <= kSmall.size(); ++i) feed(kSmall.substr(0, i));
  for (std::size_t i = 0; i < kSmall.size(); ++i) {
    for (const char c : {'\0', '"', '{', '}', '[', ']', '|', '\xC3', '9'}) {
      std::string damaged(kSmall);
      damaged[i] = c;
      feed(damaged);
    }
  }
}

TEST_CASE("intents fuzz: brackets in every order") {
  constexpr std::string_view kAlphabet = "[](){}|a ";
  std::mt19937 random(3);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    const std::size_t length = 1 + random() % 12;
    for (std::size_t i = 0; i < length; ++i) text += kAlphabet[random() % kAlphabet.size()];
    feed(text);
  }
}

TEST_CASE("intents fuzz: what grows is bounded") {
  for (const char* part : {"(", "[", "{", "[a ", "(a|", "[a] ", "(a|b) ", "a ", "a|", "{a} x ", "'",
                           "9", "9,", "9.", "\xF0\x9F\x98\x80", "你", "\xFF", "ab'cd "}) {
    feed(repeated(part, 3000));
  }
  std::string many = R"({"version": 1, "slots": {"a": [)";
  for (int i = 0; i < 3000; ++i) many += (i == 0 ? "\"v" : ", \"v") + std::to_string(i) + "\"";
  many += R"(]}, "intents": [{"name": "i", "sentences": [")" + repeated("[x {a}] y", 1) +
          R"("], "replies": ["y"]}]})";
  feed(many);
}
