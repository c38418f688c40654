#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

}  // namespace

TEST_CASE("nothing at all and lone characters do no harm") {
  feed("");
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    feed(std::string_view(&c, 1));
    feed(std::string{'[', c, ']'});
    feed(std::string{'"', c, '"'});
    feed(std::string{'"', '\\', c, '"'});
    feed(std::string{'1', c});
  }
}

TEST_CASE("deep nesting does no harm, closed or open, of one kind or both") {
  for (const char* open : {"[", "{\"a\":", "[{\"a\":", "[[],"}) {
    feed(repeated(open, 20'000));
    feed(repeated(open, 63));
  }
  feed(repeated("[", 20'000) + repeated("]", 20'000));
  feed(repeated("{\"a\":", 20'000) + "1" + repeated("}", 20'000));
  feed(repeated("]", 20'000));
}

TEST_CASE("every beginning of a document does no harm") {
  const std::string text =
      R"( {"a\n\ud83d\ude00ü":[1,-2.5e-3,18446744073709551616,true,false,null,{}],"b":"\u0000"} )";
  for (std::size_t size = 0; size <= text.size(); ++size) feed(text.substr(0, size));
}

TEST_CASE("NUL bytes and invalid UTF-8 do no harm anywhere in a document") {
  const std::string text = R"( {"key":["text",12.5e3,true]} )";
  for (const char bad : {'\0', '\x80', '\xC0', '\xED', '\xF4', '\xFF'}) {
    for (std::size_t at = 0; at <= text.size(); ++at) {
      std::string longer = text;
      feed(longer.insert(at, 1, bad));
      feed(text.substr(0, at) + bad + text.substr(std::min(at + 1, text.size())));
    }
  }
}

TEST_CASE("surrogates alone, in pairs and swapped do no harm") {
  for (const char* text : {R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", R"("\udc00\ud800")",
                           R"("\ud83d\ude00")", R"("\ud83d")", R"("\ud83dx")", R"("\ud83d\n")",
                           R"({"\udfff":1})", R"("\uD8")", "\"\xED\xA0\x80\xED\xB0\x80\""}) {
    feed(text);
  }
}

TEST_CASE("huge, tiny and endless numbers do no harm") {
  const std::string digits(20'000, '9');
  const std::string zeros(20'000, '0');
  const std::vector<std::string> numbers{
      digits,
      "-" + digits,
      "0." + digits,
      "0." + zeros + "1",
      "1" + zeros + "e-20000",
      "1e" + digits,
      "1e-" + digits,
      "0e" + digits,
      "0." + zeros + "e" + digits,
      "-0",
      "-0.0",
      "1.7976931348623159e308",
      "2.2250738585072012e-308",
      "9223372036854775808",
      "18446744073709551616",
  };
  for (const std::string& text : numbers) {
    feed(text);
    feed("[" + text + "," + text + "]");
  }
}

TEST_CASE("many members, keys alike and long strings do no harm") {
  std::string keys = "{";
  for (int i = 0; i < 20'000; ++i) keys += "\"k" + std::to_string(i) + "\":0,";
  feed(keys + "\"k\":1}");
  feed(keys + "\"k7\":1}");
  feed("[" + repeated("\"\\u00e9\\n\",", 20'000) + "0]");
  feed("\"" + repeated("long \xE2\x82\xAC ", 20'000) + "\"");
  feed(repeated(" \n\t", 20'000));
}
