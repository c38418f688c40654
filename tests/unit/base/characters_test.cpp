#include "base/characters.h"

#include <string>
#include <string_view>

#include "support/catch.h"

namespace voiceagent::text {

TEST_CASE("a character that may go on beyond the text is told from a broken one") {
  CHECK(character_at("\xE2\x82\xAC", 0).code == 0x20AC);
  CHECK(character_at("\xE2\x82\xAC", 0).length == 3);
  CHECK(character_at("\xE2\x82\xAC", 0).complete);
  CHECK_FALSE(character_at("a\xE2\x82", 1).complete);
  CHECK(character_at("\xE2\x82 a", 0).complete);
  CHECK(character_at("\xE2\x82 a", 0).code == 0xFFFD);
  CHECK(character_at("\xFF-", 0).length == 1);
}

TEST_CASE("every character that is written can be read back") {
  for (char32_t c = 1; c < 0x110000; c += c < 0x900 ? 1 : 251) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    append(text, c);
    const Character read = character_at(text, 0);
    REQUIRE(read.code == c);
    REQUIRE(read.length == text.size());
  }
}

TEST_CASE("letters are told from marks and symbols in many scripts") {
  for (const char32_t c : std::u32string_view(U"aZéßñЖяΩλ你あア한ا")) CHECK(is_letter(c));
  for (const char32_t c : std::u32string_view(U" 1.,-_\u00A0«»…–—。、！？“”😀×÷"))
    CHECK_FALSE(is_letter(c));
}

TEST_CASE("texts of the same words differ in capitals, marks and spaces only") {
  CHECK(same_words("Book a table.", "book a table"));
  CHECK(same_words("", " ?"));
  CHECK_FALSE(same_words("book a table", "book a"));
  CHECK_FALSE(same_words("book a", "book a table"));
  CHECK_FALSE(same_words("table 2", "table"));
}

TEST_CASE("what has a letter or a digit of any script is to be spoken") {
  for (const char* text : {"a", "\u2026 7!", "\u4f60\u3002", "\U0001F642 \u0431"}) {
    CHECK(is_speakable(text));
  }
  for (const char* text : {"", " \n", "\u2026!?", "\U0001F642\uFE0F", "\u300c\u300d"}) {
    CHECK_FALSE(is_speakable(text));
  }
}

TEST_CASE("spaces of any script are left out before the first character, and nowhere else") {
  CHECK(without_leading_space(" \t\n\u00a0\u2003\u3000one two ") == "one two ");
  CHECK(without_leading_space("one ") == "one ");
  CHECK(without_leading_space(" \u2003").empty());
  CHECK(without_leading_space("").empty());
}

TEST_CASE("capital letters become small ones in Latin, Greek and Cyrillic") {
  const std::u32string_view capitals = U"AZÀÖØÞŁŠΑΩАЯЁ你1!×";
  const std::u32string_view small = U"azàöøþłšαωаяё你1!×";
  REQUIRE(capitals.size() == small.size());
  for (std::size_t i = 0; i < capitals.size(); ++i) {
    CHECK(lower(capitals[i]) == small[i]);
  }
}

}  // namespace voiceagent::text
