#include "net/http.h"

#include <string>

#include "support/catch.h"

using namespace voiceagent::net;

TEST_CASE("a value of a query is decoded; the first of that name counts") {
  bool found = false;
  CHECK(query_value("a=1&b=%20x%26y+z&b=2", "b", &found) == " x&y z");
  CHECK(found);
  CHECK(query_value("a=1&%62=2", "b") == "2");
  CHECK(query_value("a=1", "b", &found).empty());
  CHECK_FALSE(found);
  CHECK(query_value("a&b", "a", &found).empty());
  CHECK(found);
  CHECK(query_value("a==b=c", "a") == "=b=c");
}

TEST_CASE("a broken value of a query stays as it is") {
  CHECK(query_value("a=%zz+1", "a") == "%zz+1");
  CHECK(query_value("a=%4", "a") == "%4");
  CHECK(query_value("&&=&", "a").empty());
}

TEST_CASE("percent signs are decoded, or refused where they are broken") {
  std::string out;
  CHECK(percent_decode("%41%2fb%C3%a9+", out));
  CHECK(out == "A/b\xC3\xA9+");
  for (const char* broken : {"%", "%4", "%4g", "%-1", "a%"})
    CHECK_FALSE(percent_decode(broken, out));
}

TEST_CASE("statuses have their names") {
  CHECK(reason_phrase(200) == "OK");
  CHECK(reason_phrase(431) == "Request Header Fields Too Large");
  CHECK(reason_phrase(299) == "Unknown");
}
