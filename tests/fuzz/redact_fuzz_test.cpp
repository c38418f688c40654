#include <cstddef>
#include <cstdint>
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

TEST_CASE("long texts do no harm") {
  std::string text;
  for (int i = 0; i < 5'000; ++i) text += "token=\"a\" Bearer x://y:z@";
  feed(text);
  feed(std::string(50'000, ':'));
  feed(std::string(50'000, '"'));
  feed(std::string(50'000, 'k'));
}
