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

  bool admits() { return breaker.admit(now).admitted; }
  void fail(ErrorCode code = ErrorCode::kUnavailable, CircuitBreaker::Probe probe = 0) {
    (void)breaker.failed(code, probe, now, options);
  }
};

}  // namespace

TEST_CASE("a breaker opens after enough failures in a row, and one success forgets them") {
  Bench bench;
  for (int i = 0; i < 4; ++i) bench.fail();
  CHECK(bench.admits());
  CHECK_FALSE(bench.breaker.succeeded());
  for (int i = 0; i < 4; ++i) bench.fail();
  CHECK(bench.admits());
  CHECK(bench.breaker.failed(ErrorCode::kTimeout, 0, bench.now, bench.options) == Duration(30s));
  CHECK_FALSE(bench.admits());
}

TEST_CASE("after the pause one request goes through, and what becomes of it decides") {
  Bench bench;
  for (int i = 0; i < 5; ++i) bench.fail();
  bench.now += 30s;
  const auto probe = bench.breaker.admit(bench.now);
  CHECK(probe.admitted);
  CHECK(probe.half_opened);
  CHECK(bench.breaker.state() == BreakerState::kHalfOpen);
  CHECK_FALSE(bench.admits());
  SECTION("it succeeds") {
    CHECK(bench.breaker.succeeded());
    CHECK(bench.admits());
  }
  SECTION("it fails") {
    bench.fail(ErrorCode::kUnavailable, probe.probe);
    bench.now += 29s;
    CHECK_FALSE(bench.admits());
  }
  SECTION("nobody waits for it any more") {
    bench.breaker.abandoned(probe.probe);
    CHECK(bench.admits());
  }
  SECTION("another request, from before, says nothing of it") {
    bench.breaker.abandoned(0);
    CHECK_FALSE(bench.admits());
    bench.fail(ErrorCode::kInvalidArgument);
    CHECK_FALSE(bench.admits());
  }
}

TEST_CASE("a probe that ends late is not taken for the next one") {
  Bench bench;
  for (int i = 0; i < 5; ++i) bench.fail();
  bench.now += 30s;
  const auto first = bench.breaker.admit(bench.now);
  bench.fail();  // one from before: it opens again
  bench.now += 30s;
  REQUIRE(bench.admits());
  bench.breaker.abandoned(first.probe);
  CHECK_FALSE(bench.admits());
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
        const Time now{Duration(std::chrono::seconds(i))};
        const auto [admitted, half_opened, probe] = breaker.admit(now);
        if (!admitted) continue;
        if ((i + t) % 3 == 0) (void)breaker.succeeded();
        if ((i + t) % 3 == 1) (void)breaker.failed(ErrorCode::kUnavailable, probe, now, options);
        if ((i + t) % 3 == 2) breaker.abandoned(probe);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  (void)breaker.succeeded();
  CHECK(breaker.state() == BreakerState::kClosed);
}
