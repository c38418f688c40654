#include "core/resilience/breaker.h"

#include <chrono>
#include <thread>
#include <vector>

#include "support/catch.h"

using namespace voiceagent;
using namespace std::chrono_literals;

namespace {

struct Bench {
  CircuitBreaker breaker;
  ResilienceOptions options;
  Time now{Duration(1s)};
  bool changed = false;

  bool admits() { return breaker.admit(now, changed); }
  void fail(ErrorCode code = ErrorCode::kUnavailable) { (void)breaker.failed(code, now, options); }
};

}  // namespace

TEST_CASE("a breaker opens after enough failures in a row, and one success forgets them") {
  Bench bench;
  for (int i = 0; i < 4; ++i) bench.fail();
  CHECK(bench.admits());
  CHECK_FALSE(bench.breaker.succeeded());
  for (int i = 0; i < 4; ++i) bench.fail();
  CHECK(bench.admits());
  CHECK(bench.breaker.failed(ErrorCode::kTimeout, bench.now, bench.options) == Duration(30s));
  CHECK_FALSE(bench.admits());
}

TEST_CASE("after the pause one request goes through, and what becomes of it decides") {
  Bench bench;
  for (int i = 0; i < 5; ++i) bench.fail();
  bench.now += 30s;
  CHECK(bench.admits());
  CHECK(bench.changed);
  CHECK(bench.breaker.state() == BreakerState::kHalfOpen);
  CHECK_FALSE(bench.admits());
  SECTION("it succeeds") {
    CHECK(bench.breaker.succeeded());
    CHECK(bench.admits());
  }
  SECTION("it fails") {
    bench.fail();
    bench.now += 29s;
    CHECK_FALSE(bench.admits());
  }
  SECTION("nobody waits for it any more") {
    bench.breaker.abandoned();
    CHECK(bench.admits());
  }
}

TEST_CASE("a refused key or a spent quota opens it at once and for long") {
  for (const ErrorCode code : {ErrorCode::kAuth, ErrorCode::kQuota}) {
    Bench bench;
    bench.fail(code);
    bench.now += 599s;
    CHECK_FALSE(bench.admits());
    bench.now += 1s;
    CHECK(bench.admits());
  }
}

TEST_CASE("a rate limit opens it at once and for a moment") {
  Bench bench;
  bench.fail(ErrorCode::kRateLimited);
  CHECK_FALSE(bench.admits());
  bench.now += 5s;
  CHECK(bench.admits());
}

TEST_CASE("a bad request says nothing about the provider") {
  Bench bench;
  for (int i = 0; i < 100; ++i) bench.fail(ErrorCode::kInvalidArgument);
  CHECK(bench.admits());
}

TEST_CASE("failures of requests that were under way don't keep it open for longer") {
  Bench bench;
  for (int i = 0; i < 5; ++i) bench.fail();
  bench.now += 20s;
  bench.fail();
  bench.now += 10s;
  CHECK(bench.admits());
}

TEST_CASE("many threads may use one breaker") {
  CircuitBreaker breaker;
  const ResilienceOptions options;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&breaker, &options, t] {
      for (int i = 0; i < 2'000; ++i) {
        bool changed = false;
        const Time now{Duration(std::chrono::seconds(i))};
        if (!breaker.admit(now, changed)) continue;
        if ((i + t) % 3 == 0) (void)breaker.succeeded();
        if ((i + t) % 3 == 1) (void)breaker.failed(ErrorCode::kUnavailable, now, options);
        if ((i + t) % 3 == 2) breaker.abandoned();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  (void)breaker.succeeded();
  CHECK(breaker.state() == BreakerState::kClosed);
}
