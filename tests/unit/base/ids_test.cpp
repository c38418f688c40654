#include "base/ids.h"

#include <set>
#include <string>

#include "support/catch.h"

using voiceagent::random_hex;
using voiceagent::random_id;

TEST_CASE("an id is 26 characters of a-z and 2-7") {
  for (int i = 0; i < 100; ++i) {
    const std::string id = random_id();
    CHECK(id.size() == 26);
    CHECK(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567") == std::string::npos);
  }
}

TEST_CASE("ids don't repeat") {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(random_id());
  CHECK(ids.size() == 1000);
}

TEST_CASE("every bit of an id is random") {
  // 125 of the 128 bits make the first 25 characters: each takes all its 32 values.
  std::set<char> seen[25];
  for (int i = 0; i < 2000; ++i) {
    const std::string id = random_id();
    for (std::size_t at = 0; at < 25; ++at) seen[at].insert(id[at]);
  }
  for (const std::set<char>& values : seen) CHECK(values.size() == 32);
}

TEST_CASE(
    "random bytes as hexadecimal digits have the length that is asked for, and don't repeat") {
  CHECK(random_hex(0).empty());
  CHECK(random_hex(8).size() == 16);
  CHECK(random_hex(16).size() == 32);
  CHECK(random_hex(17).size() == 32);
  CHECK(random_hex(16).find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(random_hex(16) != random_hex(16));
}
