#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/catch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

// The target ends the program when a promise is broken.
void feed(std::string_view parameters, std::string_view arguments) {
  const std::string text = std::string(parameters) + "\n" + std::string(arguments);
  CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()) ==
        0);
}

// An object whose member "a" is so.
std::string member(std::string_view rule) {
  return R"({"type":"object","properties":{"a":)" + std::string(rule) + "}}";
}

}  // namespace

TEST_CASE("every beginning of a schema and of its arguments does no harm") {
  const std::string schema =
      R"({"type":"object","required":["a"],"properties":{"a":{"pattern":"^(x|[a-f]+){2,3}$"}}})";
  const std::string arguments = R"({"a":"abx\ud83d\ude00","b":[1,{"c":2.5e3}]})";
  for (std::size_t size = 0; size <= schema.size(); ++size) feed(schema.substr(0, size), arguments);
  for (std::size_t size = 0; size <= arguments.size(); ++size) {
    feed(schema, arguments.substr(0, size));
  }
}

TEST_CASE("values of every type against every rule do no harm") {
  for (const char* rule :
       {R"({"multipleOf":3})", R"({"multipleOf":0.1})", R"({"minimum":-9223372036854775808})",
        R"({"maximum":1e308,"exclusiveMaximum":true})", R"({"enum":[1,"a",null,[],{}]})",
        R"({"uniqueItems":true})", R"({"maxLength":0})", R"({"items":{"not":{}}})",
        R"({"additionalProperties":false})", R"({"oneOf":[{},{}]})", R"({"pattern":"."})"}) {
    for (const char* value :
         {"0", "-1", "18446744073709551615", "-9223372036854775808", "1.5e-300", "\"\"",
          "\"\\u0000\"", "null", "true", "[]", "[[],[]]", "{}", "{\"x\":{\"x\":1}}"}) {
      feed(member(rule), "{\"a\":" + std::string(value) + "}");
    }
  }
}

TEST_CASE("patterns of all kinds do no harm") {
  for (const char* pattern : {"(",       ")",
                              "[",       "]",
                              "a**",     "a{",
                              "a{}",     "a{0}",
                              "a{1000}", "(a{30}){30}",
                              "^$",      "[^]",
                              "[z-a]",   "\\\\",
                              "\\",      "a|",
                              "|",       "((((((((a))))))))",
                              "(a*)*b",  "[\\u0000-\\uffff]",
                              "x(|a)",   "a()"}) {
    feed(member(std::string(R"({"pattern":")") + pattern + R"("})"),
         R"({"a":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})");
  }
}
