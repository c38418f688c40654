#include "base/json_schema.h"

#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/catch.h"

using namespace voiceagent;

namespace {

std::shared_ptr<const JsonSchema> compiled(std::string_view text) {
  const auto schema = JsonSchema::compile(text);
  INFO(schema.status().message());
  REQUIRE(schema.ok());
  return *schema;
}

// What is wrong with it; "" when it is taken.
std::string refusal(std::string_view text) { return JsonSchema::compile(text).status().message(); }

// A schema whose member "a" is so.
std::string member(std::string_view rule) {
  return R"({"type":"object","properties":{"a":)" + std::string(rule) + "}}";
}

std::string verdict(const JsonSchema& schema, std::string_view value) {
  const Result<Json> json = Json::parse(value);
  REQUIRE(json.ok());
  return schema.check(*json).message();
}

bool fits(std::string_view rule, std::string_view value) {
  return verdict(*compiled(member(rule)), R"({"a":)" + std::string(value) + "}").empty();
}

}  // namespace

TEST_CASE("arguments that satisfy their schema pass, others are told where and why they don't") {
  const auto schema = compiled(R"({"type":"object","required":["city"],"additionalProperties":false,
      "properties":{"city":{"type":"string","minLength":1},"days":{"type":"integer","maximum":7}}})");
  CHECK(verdict(*schema, R"({"city":"Paris","days":7})") == "");
  CHECK(verdict(*schema, R"({"days":7})") == R"(at the top: breaks the rule "required": ["city"])");
  CHECK(verdict(*schema, R"({"city":3})") == R"(at /city: breaks the rule "type": "string")");
  CHECK(verdict(*schema, R"({"city":"Paris","days":8})") ==
        R"(at /days: breaks the rule "maximum": 7)");
  CHECK(verdict(*schema, R"({"city":"Paris","town":1})") ==
        R"(at /town: breaks the rule "additionalProperties": false)");
  CHECK(verdict(*schema, "[]") == R"(at the top: breaks the rule "type": "object")");
}

TEST_CASE("every keyword of the subset is applied") {
  CHECK(fits(R"({"enum":["a",1]})", "1"));
  CHECK_FALSE(fits(R"({"enum":["a",1]})", "2"));
  CHECK(fits(R"({"type":["string","null"]})", "null"));
  CHECK_FALSE(fits(R"({"type":["string","null"]})", "1"));
  CHECK_FALSE(fits(R"({"type":"object","minProperties":1})", "{}"));
  CHECK_FALSE(fits(R"({"type":"object","maxProperties":1})", R"({"x":1,"y":2})"));
  CHECK_FALSE(fits(R"({"items":{"type":"string"}})", R"(["a",1])"));
  CHECK_FALSE(fits(R"({"minItems":1})", "[]"));
  CHECK_FALSE(fits(R"({"maxItems":1})", "[1,2]"));
  CHECK_FALSE(fits(R"({"uniqueItems":true})", "[1,1]"));
  CHECK_FALSE(fits(R"({"minimum":1})", "0.5"));
  CHECK(fits(R"({"minimum":1})", "1"));
  CHECK_FALSE(fits(R"({"minimum":1,"exclusiveMinimum":true})", "1"));
  CHECK_FALSE(fits(R"({"maximum":1,"exclusiveMaximum":true})", "1"));
  CHECK_FALSE(fits(R"({"multipleOf":5})", "7"));
  CHECK_FALSE(fits(R"({"minLength":2})", R"("a")"));
  CHECK_FALSE(fits(R"({"maxLength":2})", R"("abc")"));
  CHECK(fits(R"({"pattern":"^[0-9]{4}$"})", R"("2026")"));
  CHECK_FALSE(fits(R"({"pattern":"^[0-9]{4}$"})", R"("20x6")"));
  CHECK_FALSE(fits(R"({"allOf":[{"minimum":1},{"maximum":3}]})", "4"));
  CHECK(fits(R"({"anyOf":[{"type":"string"},{"minimum":3}]})", "4"));
  CHECK_FALSE(fits(R"({"oneOf":[{"minimum":1},{"minimum":3}]})", "4"));
  CHECK_FALSE(fits(R"({"not":{"type":"string"}})", R"("a")"));
}

TEST_CASE("what a schema says to people and models is no rule") {
  CHECK(fits(R"({"title":"A","description":"b","format":"date","default":1,"examples":[1]})", "2"));
}

TEST_CASE("a schema outside of the subset is refused, with its place and what to do") {
  CHECK(refusal("{") != "");
  CHECK(refusal("[]") == "the schema: must be a schema, which is an object");
  CHECK(refusal(R"({"type":"string"})") ==
        "the schema: its \"type\" must be \"object\": arguments have names");
  CHECK(
      refusal(member(R"({"$ref":"#"})")) ==
      "/properties/a: the keyword '$ref' is not supported: write the schema out where it is used; "
      "a recursive one is not possible");
  CHECK(refusal(member(R"({"const":1})")).find("use \"enum\"") != std::string::npos);
  CHECK(refusal(member(R"({"typo":1})")).find("'typo' is not supported") != std::string::npos);
  CHECK(refusal(member("true")) == "/properties/a: must be a schema, which is an object");
  CHECK(refusal(member(R"({"type":"text"})")).find("/properties/a/type: must be") == 0);
  CHECK(refusal(member(R"({"minimum":"1"})")) == "/properties/a/minimum: must be a number");
  CHECK(refusal(member(R"({"exclusiveMinimum":1})")) ==
        "/properties/a/exclusiveMinimum: must be true or false, as in draft 4");
  CHECK(refusal(member(R"({"multipleOf":0})")) ==
        "/properties/a/multipleOf: must be a number above 0");
  CHECK(refusal(member(R"({"maxLength":-1})")) ==
        "/properties/a/maxLength: must be an integer from 0");
  CHECK(refusal(member(R"({"enum":[]})")).find("/properties/a/enum: must be a list") == 0);
  CHECK(refusal(member(R"({"required":[1]})")).find("/properties/a/required: must be") == 0);
  CHECK(refusal(member(R"({"anyOf":[]})")).find("/properties/a/anyOf: must be") == 0);
  CHECK(refusal(member(R"({"anyOf":[{"x":1}]})")).find("/properties/a/anyOf/0: the keyword") == 0);
  CHECK(refusal(R"({"type":"object","properties":[]})") ==
        "/properties: must be an object of schemas");
}

TEST_CASE("patterns that would go round for ever, or repeat nothing, are refused") {
  for (const char* pattern : {"a**", "(a*)*", "(a?)+", "((a*)b|c)*", "{3}", "*", "(", ")", "(a",
                              "a)", "[a", "a{3", "(|a)", "^*", "(a{0,2})*"}) {
    INFO(pattern);
    CHECK(refusal(member(std::string(R"({"pattern":")") + pattern + R"("})")) != "");
  }
  CHECK(fits(R"({"pattern":"^(ab+|[*?]c)+d*$"})", R"("abb*cd")"));
  CHECK(fits(R"({"pattern":"^a\\*(b)?$"})", R"("a*b")"));
}

TEST_CASE("patterns with a NUL are refused: half of one may be none") {
  CHECK(refusal(member(R"({"pattern":"_(a\u0000b)$"})")) != "");
  CHECK(refusal(member(R"({"pattern":"a\u0000"})")) != "");
}

TEST_CASE("patterns with an alternative that matches nothing are refused") {
  for (const char* pattern : {"", "^$", "()", "a()", "x-(|a)", "^x-(|a[f]+){0,6}$", "(a|)b", "a|",
                              "|a", "a||b", "(^)a", "a($|b)"}) {
    INFO(pattern);
    CHECK(refusal(member(std::string(R"({"pattern":")") + pattern + R"("})")) != "");
  }
  CHECK(fits(R"({"pattern":"^x-(a|b[cd])(e|f)+$"})", R"("x-bdfe")"));
}

TEST_CASE("patterns that can't be understood, or would take all memory, are refused") {
  CHECK(refusal(member(R"({"pattern":"[a"})")).find("is not a regular expression") !=
        std::string::npos);
  CHECK(refusal(member(R"({"pattern":"\\d+"})")).find("is not a regular expression") !=
        std::string::npos);
  CHECK(refusal(member(R"({"pattern":"((a{1000}){1000}){1000}"})")).find("repeats more than") !=
        std::string::npos);
  CHECK(refusal(member(R"({"pattern":"a{99999999999999999999}"})")).find("repeats more than") !=
        std::string::npos);
  CHECK(refusal(member(R"({"pattern":")" + std::string(300, 'a') + R"("})")) != "");
}

TEST_CASE("defaults and examples are values, whatever they look like") {
  const std::string values = R"([{"pattern":"()b"},{"$ref":"#/nowhere"},{"properties":7}])";
  for (const std::string name : {"default", "examples"}) {
    const std::string text = R"({"type":"string",")" + name + "\":" + values + "}";
    CHECK(fits(text, R"("x")"));
    CHECK_FALSE(fits(text, "1"));
    CHECK(compiled(R"({"type":"object",")" + name + "\":" + values + "}") != nullptr);
  }
  // a member may be called that
  CHECK_FALSE(compiled(R"({"type":"object","properties":{"default":{"type":"string"}}})")
                  ->check(Json::parse(R"({"default":1})").value())
                  .ok());
}

TEST_CASE("an enum holds no object that looks like a schema") {
  CHECK(fits(R"({"enum":[{"a":[1]},2]})", R"({"a":[1]})"));
  for (const std::string value : {R"({"pattern":"()b"})", R"([{"a":{"$ref":"#"}}])"}) {
    CHECK(refusal(member(R"({"enum":[)" + value + "]}")).find("no object with a member") !=
          std::string::npos);
  }
}

TEST_CASE("schemas that are too large or too deep are refused") {
  CHECK(refusal(member(R"({"description":")" + std::string(70'000, 'a') + R"("})"))
            .find("at most 65536") != std::string::npos);
  std::string deep = R"({"type":"string"})";
  for (int i = 0; i < 40; ++i) deep = R"({"not":)" + deep + "}";
  CHECK(refusal(member(deep)) != "");
}

TEST_CASE("a schema checks values on several threads at once") {
  const auto schema = compiled(member(R"({"pattern":"^(a|b)*c{3}$"})"));
  const Result<Json> good = Json::parse(R"({"a":"ababccc"})");
  const Result<Json> bad = Json::parse(R"({"a":"ababcc"})");
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (int& count : wrong) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        if (!schema->check(*good).ok() || schema->check(*bad).ok()) ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(4, 0));
}
