#include "voiceagent/json.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "support/catch.h"

using namespace voiceagent;

namespace {

Json parsed(std::string_view text) {
  const Result<Json> json = Json::parse(text);
  INFO(text);
  REQUIRE(json.ok());
  return *json;
}

std::string refusal(std::string_view text) {
  const Result<Json> json = Json::parse(text);
  INFO(text);
  REQUIRE_FALSE(json.ok());
  CHECK(json.status().code() == ErrorCode::kInvalidArgument);
  return json.status().message();
}

std::string nested(int depth) {
  const auto n = static_cast<std::size_t>(depth);
  return std::string(n, '[') + std::string(n, ']');
}

}  // namespace

TEST_CASE("a JSON document reads as it was written") {
  const Json json = parsed(R"({"name": "Ada", "age": 36, "x": [1, 2.5, true, null, {"y": []}]})");
  CHECK(json.is_object());
  CHECK(json.size() == 3);
  CHECK(json["name"].string() == "Ada");
  CHECK(json["age"].integer() == 36);
  CHECK(json["x"].is_array());
  CHECK(json["x"].size() == 5);
  CHECK(json["x"].at(1).number() == 2.5);
  CHECK(json["x"].at(2).boolean());
  CHECK(json["x"].at(3).is_null());
  CHECK(json["x"].at(4)["y"].size() == 0);
  CHECK(json.key_at(1) == "age");
  CHECK(json.at(1).integer() == 36);
}

TEST_CASE("what is not there or of another type reads as what the caller says") {
  const Json json = parsed(R"({"text": "a", "number": 1})");
  CHECK(json["missing"].is_null());
  CHECK(json["missing"]["deeper"].at(3).integer(7) == 7);
  CHECK(json["text"].number(2.5) == 2.5);
  CHECK(json["text"].boolean(true));
  CHECK(json["number"].string("none") == "none");
  CHECK(json["number"].size() == 0);
  CHECK(json.at(2).is_null());
  CHECK(json.key_at(2).empty());
  CHECK(json["number"].key_at(0).empty());
  CHECK(Json().is_null());
  CHECK(Json().dump() == "null");
}

TEST_CASE("a member that is null is there all the same") {
  const Json json = parsed(R"({"a": null})");
  CHECK(json.has("a"));
  CHECK_FALSE(json.has("b"));
  CHECK_FALSE(json["a"].has("a"));
}

TEST_CASE("a value keeps its document alive") {
  Json inner;
  std::string_view text;
  {
    std::string source = R"({"a": {"b": "a string that lives in the document"}})";
    inner = parsed(source)["a"];
    source.assign(source.size(), 'x');
    text = inner["b"].string();
  }
  CHECK(text == "a string that lives in the document");
}

TEST_CASE("strings are decoded") {
  CHECK(parsed(R"("\"\\\/\b\f\n\r\t")").string() == "\"\\/\b\f\n\r\t");
  CHECK(parsed(R"("\u00fc\u20ac\ud83d\ude00")").string() == "\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK(parsed("\"\xF0\x9F\x98\x80\"").string() == "\xF0\x9F\x98\x80");
  CHECK(parsed(R"("a\u0000b")").string() == std::string_view("a\0b", 3));
  CHECK(parsed(R"({"a\u0000b": 1, "a": 2})")[std::string_view("a\0b", 3)].integer() == 1);
}

TEST_CASE("every integer of 64 bits is exact") {
  CHECK(parsed("9223372036854775807").integer() == INT64_MAX);
  CHECK(parsed("-9223372036854775808").integer() == INT64_MIN);
  CHECK(parsed("9007199254740993").integer() == 9007199254740993);
  CHECK(parsed("-0").integer(1) == 0);
}

TEST_CASE("a number that is no 64-bit integer is no integer") {
  CHECK(parsed("9223372036854775808").integer(-1) == -1);
  CHECK(parsed("18446744073709551615").integer(-1) == -1);
  CHECK(parsed("-9223372036854775809").integer(-1) == -1);
  CHECK(parsed("1e300").integer(-1) == -1);
  CHECK(parsed("2.5").integer(-1) == -1);
  CHECK(parsed("2.0").integer(-1) == 2);
  CHECK(parsed("-3e2").integer(-1) == -300);
}

TEST_CASE("large integers are still numbers, to the nearest double") {
  CHECK(parsed("9223372036854775808").number() == 0x1p63);
  CHECK(parsed("18446744073709551615").number() == 0x1p64);
  CHECK(parsed("123456789012345678901234567890").number() == 123456789012345678901234567890.0);
  CHECK(parsed("18446744073709551615").dump() == "18446744073709551615");
}

TEST_CASE("fractions are rounded to the nearest double") {
  CHECK(parsed("0.1").number() == 0.1);
  CHECK(parsed("1.7976931348623157e308").number() == 1.7976931348623157e308);
  CHECK(parsed("9007199254740993.0").number() == 9007199254740992.0);
  CHECK(parsed("4.9406564584124654e-324").number() == 4.9406564584124654e-324);
  CHECK(parsed("2.2250738585072011e-308").number() == 2.2250738585072011e-308);
  CHECK(parsed("1e-400").number(1) == 0.0);
  CHECK(parsed("0.000001e5").number() == 0.1);
  CHECK(parsed("-2.5E+2").number() == -250.0);
}

TEST_CASE("a number beyond every double is refused") {
  CHECK(refusal("[1e400]").find("line 1, column 2: ") != std::string::npos);
  refusal("1.8e308");
  refusal("-0.18e309");
  refusal("1" + std::string(400, '0'));
  refusal("1e99999999999999999999");
}

TEST_CASE("digits without an end are read, too") {
  CHECK(parsed("0." + std::string(20'000, '3')).number() == 1.0 / 3.0);
  CHECK(parsed("0." + std::string(20'000, '0') + "1").number(1) == 0.0);
  CHECK(parsed("1e-99999999999999999999").number(1) == 0.0);
}

TEST_CASE("nesting of 64 levels is read, of 65 refused, of any more too") {
  CHECK(parsed(nested(64)).size() == 1);
  CHECK(refusal(nested(65)) == "invalid JSON at line 1, column 65: nested deeper than 64 levels");
  CHECK(refusal(nested(20'000)).find("nested deeper") != std::string::npos);
  CHECK(refusal(std::string(20'000, '[')).find("nested deeper") != std::string::npos);
  std::string objects;
  for (int i = 0; i < 20'000; ++i) objects += "{\"a\":";
  CHECK(refusal(objects).find("nested deeper") != std::string::npos);
}

TEST_CASE("depth is counted, not brackets") {
  std::string wide = "[";
  for (int i = 0; i < 1000; ++i) wide += "[{}],";
  CHECK(parsed(wide + "0]").size() == 1001);
}

TEST_CASE("a key that stands twice is refused where it stands again") {
  CHECK(refusal("{\"a\": 1,\n \"b\": 2,\n  \"a\": 3}") ==
        "invalid JSON at line 3, column 4: the key 'a' stands twice in one object");
  CHECK(refusal(R"({"a": 1, "\u0061": 2})").find("'a' stands twice") != std::string::npos);
  CHECK(refusal(R"([{"x": {"k": 0, "j": 0, "k": 0}}])").find("'k'") != std::string::npos);
  CHECK(refusal(R"({"a": {"b": 1}, "b": 2, "a": 3})").find("'a'") != std::string::npos);
}

TEST_CASE("the same key may stand in different objects") {
  CHECK(parsed(R"({"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 2}]})")["a"]["a"]["a"].integer() ==
        1);
}

TEST_CASE("a key in an error message is short and harmless") {
  const std::string key = "evil\\n\\u001b" + std::string(1000, 'k');
  const std::string message = refusal("{\"" + key + "\":1,\"" + key + "\":2}");
  CHECK(message.size() < 200);
  CHECK(message.find("'evil\\n\\x1bkkk") != std::string::npos);
}

TEST_CASE("many keys are checked as well as few") {
  std::string text = "{";
  for (int i = 0; i < 50'000; ++i) text += "\"key" + std::to_string(i) + "\":0,";
  CHECK(parsed(text + "\"last\":1}").size() == 50'001);
  CHECK(refusal(text + "\"key25000\":1}").find("'key25000'") != std::string::npos);
}

TEST_CASE("an error says line and column, in characters") {
  CHECK(refusal("{\"a\": 1,\n \"\xC3\xBC\xE2\x82\xAC\": tru}").find("line 2, column 11: ") !=
        std::string::npos);
  CHECK(refusal("").find("line 1, column 1: ") != std::string::npos);
  CHECK(refusal("[1, 2").find("line 1, column 6: ") != std::string::npos);
}

TEST_CASE("what follows the document is refused") {
  refusal("{} {}");
  refusal("1 2");
  refusal("[],");
  refusal(std::string_view("{}\0", 3));
  refusal(std::string_view("{}\0garbage", 10));
  CHECK(parsed(" \t\r\n{} \t\r\n").size() == 0);
}

TEST_CASE("a NUL byte is refused wherever it stands") {
  CHECK(refusal(std::string_view("[1,\n\0]", 6)) == "invalid JSON at line 2, column 1: a NUL byte");
  refusal(std::string_view("\"a\0b\"", 5));
  refusal(std::string_view("\0", 1));
}

TEST_CASE("strings that are not UTF-8 are refused, as values and as keys") {
  CHECK(refusal("[\"good\", \"b\xFF\"]").find("line 1, column 11: ") != std::string::npos);
  refusal("{\"\xC0\x80\": 1}");
  refusal("\"\xED\xA0\x80\"");
  refusal("\"\xF4\x90\x80\x80\"");
  refusal("\"\xE2\x82\"");
}

TEST_CASE("halves of surrogate pairs are refused") {
  refusal(R"("\ud800")");
  refusal(R"("\udc00")");
  refusal(R"("\ud800\ud800")");
  refusal(R"("\ude00\ud83d")");
  refusal(R"({"\udfff": 1})");
}

TEST_CASE("what JSON doesn't know is refused") {
  for (const char* text : {"nul",       "True",      "NaN",         "Infinity",
                           "-",         "+1",        "01",          "1.",
                           ".5",        "1e",        "0x10",        "'a'",
                           "\"a",       "\"\\x\"",   "\"\\u12g4\"", "\"\n\"",
                           "{a: 1}",    "{\"a\" 1}", "{\"a\": 1,}", "[1,]",
                           "[1 2]",     "{1: 2}",    "[}",          "{]",
                           "]",         "// no\n1",  "/* no */ 1",  "\xEF\xBB\xBF{}",
                           "\xC2\xA0{}"}) {
    refusal(text);
  }
}

TEST_CASE("a dumped document reads the same again") {
  const std::string text =
      R"({"s":"\"\\\n\u0001\u0000é","i":-5,"u":18446744073709551615,"d":[0.1,1e300,2.0],)"
      R"("t":true,"n":null,"o":{}})";
  const std::string once = parsed(text).dump();
  CHECK(parsed(once).dump() == once);
  CHECK(parsed(once)["s"].string() == parsed(text)["s"].string());
  CHECK(parsed(once)["d"].at(1).number() == 1e300);
  CHECK(parsed(text)["d"].dump() == "[0.1,1e300,2.0]");
}
