#include "base/text.h"

#include <string_view>
#include <vector>

#include "support/catch.h"

using namespace voiceagent;
using Words = std::vector<std::string_view>;

TEST_CASE("lower case changes ASCII letters only") {
  CHECK(to_lower("HeLLo, W\xC3\x96RLD 7") == "hello, w\xC3\x96rld 7");
  CHECK(to_lower("@[`{") == "@[`{");
}

TEST_CASE("trim takes white space from both ends and leaves the rest") {
  CHECK(trim(" \t\r\n a b \v\f") == "a b");
  CHECK(trim(" \n ").empty());
  CHECK(trim("").empty());
}

TEST_CASE("words are what stands between white space") {
  CHECK(split_words("  turn\ton  the\nlight ") == Words{"turn", "on", "the", "light"});
  CHECK(split_words("one") == Words{"one"});
  CHECK(split_words(" \n").empty());
}

TEST_CASE("control characters are written out, other text stays") {
  CHECK(escape_control("a\nb\tc\x1b[0m\x7f") == "a\\nb\\tc\\x1b[0m\\x7f");
  CHECK(escape_control(std::string_view("\0", 1)) == "\\x00");
  CHECK(escape_control("gr\xC3\xBC\xC3\x9F dich") == "gr\xC3\xBC\xC3\x9F dich");
}
