#include "server/http/secret.h"

#include "support/catch.h"

using voiceagent::server::same_secret;

TEST_CASE("a secret is the same only when all of it is") {
  CHECK(same_secret("abc", "abc"));
  CHECK_FALSE(same_secret("abd", "abc"));
  CHECK_FALSE(same_secret("abca", "abc"));
  CHECK_FALSE(same_secret("abcabc", "abc"));
  CHECK_FALSE(same_secret("ab", "abc"));
  CHECK_FALSE(same_secret("", "abc"));
  CHECK_FALSE(same_secret("", ""));
  CHECK_FALSE(same_secret("a", ""));
}
