#include "base/utf8.h"

#include <string>
#include <string_view>

#include "support/catch.h"

using namespace voiceagent;

namespace {

// The textbook encoder, to hold the decoder against.
std::string encode(char32_t code) {
  std::string text;
  const auto put = [&text](char32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
  return text;
}

}  // namespace

TEST_CASE("every character but the surrogates decodes to itself") {
  int wrong = 0;
  for (char32_t code = 0; code <= 0x10FFFF; ++code) {
    const std::string text = encode(code);
    const Utf8Char got = decode_utf8(text, 0);
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    const bool right = surrogate ? !got.valid && got.code == 0xFFFD && got.length == 1
                                 : got.valid && got.code == code && got.length == text.size();
    wrong += right ? 0 : 1;
  }
  CHECK(wrong == 0);
}

TEST_CASE("overlong forms and characters beyond the last are invalid") {
  CHECK_FALSE(is_valid_utf8("\xC0\x80"));
  CHECK_FALSE(is_valid_utf8("\xC1\xBF"));
  CHECK_FALSE(is_valid_utf8("\xE0\x9F\xBF"));
  CHECK_FALSE(is_valid_utf8("\xF0\x8F\xBF\xBF"));
  CHECK_FALSE(is_valid_utf8("\xF4\x90\x80\x80"));
  CHECK_FALSE(is_valid_utf8("\xF5\x80\x80\x80"));
  CHECK_FALSE(is_valid_utf8("\xFF"));
}

TEST_CASE("the valid part of a text ends before the first invalid byte") {
  CHECK(valid_utf8_prefix("") == 0);
  CHECK(valid_utf8_prefix("plain text, longer than a block of eight") == 40);
  CHECK(valid_utf8_prefix("0123456789\xC3\xBC!\xFF...") == 13);
  CHECK(valid_utf8_prefix("ab\xE2\x82") == 2);
  CHECK(valid_utf8_prefix(std::string_view("a\0b", 3)) == 3);
}

TEST_CASE("text is read character by character") {
  const std::string_view text = "a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80";
  std::u32string codes;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Char next = decode_utf8(text, at);
    codes += next.code;
    at += next.length;
  }
  CHECK((codes == U"a\u00FC\u20AC\U0001F600"));
}

TEST_CASE("each invalid sequence becomes one replacement character") {
  const std::string r = "\xEF\xBF\xBD";
  CHECK(sanitize_utf8("all is well \xC3\xBC") == "all is well \xC3\xBC");
  CHECK(sanitize_utf8("a\xFFz") == "a" + r + "z");
  // The example of the Unicode standard, section 3.9: maximal subparts.
  CHECK(sanitize_utf8("\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64") ==
        "a" + r + r + r + "b" + r + "c" + r + r + "d");
  CHECK(sanitize_utf8("cut \xF0\x9F\x98") == "cut " + r);
  CHECK(sanitize_utf8("\xED\xA0\x80") == r + r + r);
}

TEST_CASE("cutting never splits a character") {
  const std::string_view text = "a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80z";
  const std::size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
  for (std::size_t limit = 0; limit < std::size(expected); ++limit) {
    CHECK(truncate_utf8(text, limit) == text.substr(0, expected[limit]));
  }
}

TEST_CASE("cutting text that is no UTF-8 still keeps the limit") {
  CHECK(truncate_utf8("\x80\x80\x80\x80\x80\x80", 5).size() == 5);
  CHECK(truncate_utf8("ab\x80\x80", 3) == "ab\x80");
  CHECK(truncate_utf8("\x80\x80", 1).size() == 1);
}
