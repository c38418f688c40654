#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "support/alloc_counter.h"
#include "support/catch.h"
#include "voiceagent/json.h"

using namespace voiceagent;

namespace {

template <class... Args>
std::string written(Args... args) {
  JsonWriter writer;
  writer.value(args...);
  return std::string(writer.text());
}

std::string rounded(double number, int decimals) {
  JsonWriter writer;
  writer.number(number, decimals);
  return std::string(writer.text());
}

void write_example(JsonWriter& writer) {
  writer.begin_object();
  writer.field("name", "Ada").field("seq", std::uint64_t{7}).field("ok", true);
  writer.key("list").begin_array().value(1).value(2.5).null().end_array();
  writer.key("empty").begin_object().end_object();
  writer.end_object();
}

}  // namespace

TEST_CASE("a document is written compactly") {
  JsonWriter writer;
  write_example(writer);
  CHECK(writer.text() == R"({"name":"Ada","seq":7,"ok":true,"list":[1,2.5,null],"empty":{}})");
}

TEST_CASE("a document is written with an indentation of two") {
  JsonWriter writer(true);
  writer.begin_object().key("a").begin_array().value(1).value(2).end_array().end_object();
  CHECK(writer.text() == "{\n  \"a\": [\n    1,\n    2\n  ]\n}");
}

TEST_CASE("integers are written exactly") {
  CHECK(written(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(written(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(written(-1) == "-1");
}

TEST_CASE("a double reads back as the same double") {
  for (double number : {0.1, -1.0 / 3, 1e300, 5e-324, 123456789.125, 0.0}) {
    const Result<Json> json = Json::parse(written(number));
    REQUIRE(json.ok());
    CHECK(json->number(-1) == number);
  }
}

TEST_CASE("what is no number in JSON is written as null") {
  CHECK(written(std::nan("")) == "null");
  CHECK(written(std::numeric_limits<double>::infinity()) == "null");
  CHECK(rounded(-std::numeric_limits<double>::infinity(), 3) == "null");
}

TEST_CASE("numbers are rounded to the decimals asked for") {
  CHECK(rounded(1.23456, 3) == "1.235");
  CHECK(rounded(-0.9996, 3) == "-1.0");
  CHECK(rounded(20.0, 3) == "20.0");
  CHECK(rounded(12345678.9015, 3) == "12345678.902");
  CHECK(rounded(1.1, 0) == "1.0");
  CHECK(rounded(-0.0001, 3) == "0.0");
  CHECK(rounded(1e307, 3) == "1e307");
}

TEST_CASE("strings are escaped, and clean UTF-8") {
  CHECK(written("a\"\\\n\x01/\x7f") == "\"a\\\"\\\\\\n\\u0001/\x7f\"");
  CHECK(written("gr\xC3\xBC\xC3\x9F") == "\"gr\xC3\xBC\xC3\x9F\"");
  CHECK(written("bad \xFF\xC3") == "\"bad \xEF\xBF\xBD\xEF\xBF\xBD\"");
  CHECK(written(std::string_view("a\0b", 3)) == "\"a\\u0000b\"");
}

TEST_CASE("keys are escaped like strings") {
  JsonWriter writer;
  writer.begin_object().key("a\"\xFF").value(1).end_object();
  CHECK(writer.text() == "{\"a\\\"\xEF\xBF\xBD\":1}");
}

TEST_CASE("a cleared writer begins anew, and allocates nothing more") {
  for (bool pretty : {false, true}) {
    JsonWriter writer(pretty);
    write_example(writer);
    const std::string first(writer.text());
    const auto before = voiceagent::test::allocations();
    writer.clear();
    const bool empty = writer.text().empty();
    write_example(writer);
    const auto after = voiceagent::test::allocations();
    CHECK(empty);
    CHECK(writer.text() == first);
    CHECK(after == before);
  }
}
