#include "server/http/rate_limiter.h"

#include <chrono>
#include <string>

#include "support/catch.h"

using namespace voiceagent::server;
using namespace std::chrono_literals;

TEST_CASE("an address may make a burst of requests, and then as many as come back in time") {
  RateLimiter limiter(60, 3);  // one a second
  for (int i = 0; i < 3; ++i) CHECK(limiter.take("a", 0s).allowed);
  const RateState refused = limiter.take("a", 0s);
  CHECK_FALSE(refused.allowed);
  CHECK(refused.limit == 3);
  CHECK(refused.remaining == 0);
  CHECK(refused.retry_s == 1);
  CHECK(refused.reset_s == 3);
  CHECK_FALSE(limiter.take("a", 900ms).allowed);
  CHECK(limiter.take("a", 1100ms).allowed);
  CHECK_FALSE(limiter.take("a", 1200ms).allowed);
}

TEST_CASE("one address's requests are nothing to another's") {
  RateLimiter limiter(60, 1);
  CHECK(limiter.take("a", 0s).allowed);
  CHECK_FALSE(limiter.take("a", 0s).allowed);
  CHECK(limiter.take("b", 0s).allowed);
}

TEST_CASE("looking at a limit takes nothing") {
  RateLimiter limiter(60, 2);
  for (int i = 0; i < 5; ++i) CHECK(limiter.look("a", 0s).remaining == 2);
  CHECK(limiter.take("a", 0s).remaining == 1);
}

TEST_CASE("without a limit nothing is refused and nothing is said") {
  RateLimiter limiter(0, 1);
  voiceagent::net::HttpHeaders headers;
  for (int i = 0; i < 100; ++i) CHECK(limiter.take("a", 0s).allowed);
  add_rate_headers(limiter.look("a", 0s), headers);
  CHECK(headers.size() == 0);
}

TEST_CASE("the limit's headers say how much is left and when to come back") {
  voiceagent::net::HttpHeaders headers;
  RateState state{false, 10, 0, 7, 2};
  add_rate_headers(state, headers);
  CHECK(headers.get("ratelimit-limit") == "10");
  CHECK(headers.get("ratelimit-remaining") == "0");
  CHECK(headers.get("ratelimit-reset") == "7");
  CHECK(headers.get("retry-after") == "2");
}

TEST_CASE("addresses without end don't make room for the one that is out of tokens") {
  RateLimiter limiter(60, 10);
  for (int i = 0; i < 10; ++i) CHECK(limiter.take("flooder", 0s).allowed);
  for (std::size_t i = 0; i < 2 * RateLimiter::kMaxAddresses; ++i) {
    limiter.take("stranger " + std::to_string(i), 0s);
  }
  CHECK_FALSE(limiter.take("flooder", 0s).allowed);
}
