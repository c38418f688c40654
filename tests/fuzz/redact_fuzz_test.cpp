#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "support/catch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

// The target ends the program when a promise is broken.
void feed(std::string_view text) {
  const std::string copy(text);  // of exactly that size, so that a sanitizer sees its end
  CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(copy.data()), copy.size()) ==
        0);
}

}  // namespace

TEST_CASE("secrets are found behind lone characters and in the middle of names") {
  feed("");
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    feed(std::string(2, c));
    feed(std::string("token=") + c + c);
    feed(std::string("Bearer") + c + "Bearer" + c);
  }
}

TEST_CASE("secrets are found whatever is open before them") {
  for (const char* open : {"password=\"", "api_key='", "authorization:", "token = ", "Bearer ",
                           "https://", "https://user:", "\\\"secret\\\":\\\"", "[redacted]",
                           "token=[redacted]", "[red", "sk-", "eyJ"}) {
    feed(open);
    feed(std::string(open) + open);
    feed(std::string(open) + "x" + open);
  }
}

TEST_CASE("an address's user is found when a secret of its own hid it") {
  feed("://token=a/b;@h");
  feed("://x:sk-aaa/aaaaaaaaaaaaaaaaaaaaa@h");
  feed("://a;token=a/b;://c;token=d/e@f@g");
}

TEST_CASE("pieces of secrets in any order do no harm") {
  static constexpr std::array<std::string_view, 20> kPieces{"://",
                                                            "token",
                                                            "=",
                                                            ":",
                                                            "sk-aaaaaaaaaaaaaaaaaaaaa",
                                                            "@",
                                                            "bearer ",
                                                            " ",
                                                            "[redacted]",
                                                            "/",
                                                            ";",
                                                            "\"",
                                                            "authorization",
                                                            "\n",
                                                            "a",
                                                            "cookie:",
                                                            "\\",
                                                            "tokens",
                                                            "x-",
                                                            "."};
  std::mt19937 random(1);
  for (int run = 0; run < 5'000; ++run) {
    std::string text;
    const std::size_t pieces = 1 + random() % 9;
    for (std::size_t i = 0; i < pieces; ++i) text += kPieces[random() % kPieces.size()];
    feed(text);
  }
}

TEST_CASE("long texts do no harm") {
  std::string text;
  for (int i = 0; i < 5'000; ++i) text += "token=\"a\" Bearer x://y:z@";
  feed(text);
  feed(std::string(50'000, ':'));
  feed(std::string(50'000, '"'));
  feed(std::string(50'000, 'k'));
}
