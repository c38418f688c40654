#include "base/base64.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "support/catch.h"

namespace voiceagent {
namespace {

std::string encoded(std::string_view text) {
  std::string out;
  base64_encode(std::as_bytes(std::span(text)), out);
  return out;
}

Result<std::string> decoded(std::string_view text) {
  std::vector<std::byte> bytes;
  if (Status status = base64_decode(text, bytes); !status.ok()) return status;
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace

TEST_CASE("base64: the test vectors of RFC 4648, both ways") {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : vectors) {
    CHECK(encoded(plain) == text);
    CHECK(*decoded(text) == plain);
  }
}

TEST_CASE("base64: the padding may be missing") {
  CHECK(*decoded("Zg") == "f");
  CHECK(*decoded("Zm8") == "fo");
}

TEST_CASE("base64: all bytes come back, in texts of all lengths") {
  std::mt19937 random(7);
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(random());
    CHECK(*decoded(encoded(bytes)) == bytes);
  }
}

TEST_CASE("base64: what is not of the alphabet is refused with its place") {
  for (const char* text : {"Zm9v YmFy", "Zm9v\nYmFy", "Zm9-", "====", "Z===", "Zg==Zg==", "Zg=x",
                           "Zm\xC3\xA9v", "=Zm9"}) {
    INFO(text);
    const auto result = decoded(text);
    REQUIRE_FALSE(result.ok());
    CHECK(result.status().code() == ErrorCode::kInvalidArgument);
    CHECK(result.status().message().find("offset") != std::string::npos);
  }
  CHECK(decoded("Zm9vZ").status().message() == "invalid base64: the text ends inside a byte");
}

TEST_CASE("base64: it appends, and leaves nothing behind after an error") {
  std::string text = "x";
  base64_encode(std::as_bytes(std::span(std::string_view("f"))), text);
  CHECK(text == "xZg==");
  std::vector<std::byte> bytes{std::byte{1}};
  CHECK_FALSE(base64_decode("Zm9vYm!y", bytes).ok());
  CHECK(bytes.size() == 1);
  CHECK(base64_decode("Zg==", bytes).ok());
  CHECK(bytes.size() == 2);
}

}  // namespace voiceagent
