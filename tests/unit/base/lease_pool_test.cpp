#include "base/lease_pool.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.h"

using namespace voiceagent;
using namespace std::chrono_literals;

namespace {

struct Service {
  int number = 0;
  bool broken = false;
};

using Pool = LeasePool<Service>;

struct Bench {
  const std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  int made = 0;
  bool fails = false;
  std::shared_ptr<Pool> pool;

  Bench(std::size_t minimum, std::size_t maximum, bool reuse = true, Duration idle_limit = {}) {
    LeasePoolOptions<Service> options;
    options.name = "services";
    options.minimum = minimum;
    options.maximum = maximum;
    options.reuse = reuse;
    options.idle_limit = idle_limit;
    options.make = [this]() -> Result<std::unique_ptr<Service>> {
      if (fails) return unavailable("no service");
      return std::make_unique<Service>(Service{++made, false});
    };
    options.healthy = [](const Service& service) { return !service.broken; };
    options.executor = time;
    options.workers = time->workers();
    pool = std::make_shared<Pool>(std::move(options));
  }
  Pool::Lease lease() {
    Pool::Lease lease = pool->acquire(nullptr);
    REQUIRE(lease);
    REQUIRE(lease.make().ok());
    return lease;
  }
};

struct Waiter final : Pool::Waiter {
  Pool::Lease lease;
  bool granted(Pool::Lease& offered) override {
    lease = std::move(offered);
    return true;
  }
};

}  // namespace

TEST_CASE("a pool that is warm has its minimum, and lends it before it makes more") {
  Bench bench(2, 3);
  REQUIRE(bench.pool->warm().ok());
  CHECK(bench.pool->status().idle == 2);
  const auto a = bench.lease();
  const auto b = bench.lease();
  CHECK(bench.made == 2);
  const auto c = bench.lease();
  CHECK(bench.made == 3);
  CHECK(bench.pool->status().in_use == 3);
  CHECK_FALSE(bench.pool->acquire(nullptr));
}

TEST_CASE("what comes back broken is not lent again, and counted") {
  Bench bench(0, 1);
  {
    auto lease = bench.lease();
    lease.item().broken = true;
  }
  CHECK(bench.lease().item().number == 2);
  CHECK(bench.pool->status().failed == 1);
  CHECK(bench.pool->status().created == 2);
}

TEST_CASE("without reuse each one is new") {
  Bench bench(0, 1, false);
  CHECK(bench.lease().item().number == 1);
  CHECK(bench.lease().item().number == 2);
  CHECK(bench.pool->status().idle == 0);
}

TEST_CASE("a failure to make one is told, and the place is free again") {
  Bench bench(0, 1);
  bench.fails = true;
  {
    Pool::Lease lease = bench.pool->acquire(nullptr);
    CHECK(lease.make().code() == ErrorCode::kUnavailable);
  }
  bench.fails = false;
  CHECK(bench.lease().item().number == 1);
  CHECK(bench.pool->status().failed == 1);
}

TEST_CASE("who is idle for too long goes by itself, down to the minimum") {
  Bench bench(1, 3, true, 10s);
  auto a = bench.lease();
  {
    const auto b = bench.lease();
    const auto c = bench.lease();
  }
  bench.time->run_for(5s);
  a.give_back();
  CHECK(bench.pool->status().idle == 3);
  bench.time->run_for(4900ms);
  CHECK(bench.pool->status().idle == 3);
  bench.time->run_for(200ms);
  CHECK(bench.pool->status().idle == 1);
  CHECK(bench.time->run_until_idle(1s));  // no timer is set for the last one
}

TEST_CASE("who is lent now and then stays, and those behind it go in their turn") {
  Bench bench(0, 2, true, 10s);
  {
    const auto a = bench.lease();
    const auto b = bench.lease();
  }
  for (int i = 0; i < 3; ++i) {
    bench.time->run_for(4s);
    const auto busy = bench.lease();
  }
  CHECK(bench.pool->status().idle == 1);
  bench.time->run_for(10s);
  CHECK(bench.pool->status().idle == 0);
  CHECK(bench.made == 2);
}

TEST_CASE("what was made beforehand and never lent goes, too") {
  Bench bench(0, 1, true, 10s);
  REQUIRE(bench.pool->warm_one().ok());
  bench.time->run_for(10s);
  CHECK(bench.pool->status().idle == 0);
}

TEST_CASE("workers that take no job keep nobody idle") {
  class Refusing final : public WorkerPool {
   public:
    Status submit(Task) override { return resource_exhausted("full"); }
    std::size_t concurrency() const override { return 1; }
  };
  LeasePoolOptions<Service> options;
  options.idle_limit = 10s;
  options.make = [] { return std::make_unique<Service>(); };
  const auto time = VirtualExecutor::create();
  options.executor = time;
  options.workers = std::make_shared<Refusing>();
  const auto pool = std::make_shared<Pool>(std::move(options));
  REQUIRE(pool->warm_one().ok());
  time->run_for(10s);
  CHECK(pool->status().idle == 0);
}

TEST_CASE("a pool that is gone leaves no timer behind") {
  Bench bench(0, 1, true, 10s);
  { const auto lease = bench.lease(); }
  bench.pool.reset();
  CHECK(bench.time->run_until_idle(0s));
}

TEST_CASE("the time of waits is known") {
  Bench bench(0, 1);
  auto held = bench.lease();
  for (int i = 1; i <= 3; ++i) {
    const auto waiter = std::make_shared<Waiter>();
    CHECK_FALSE(bench.pool->acquire(waiter));
    CHECK(bench.pool->status().waiting == 1);
    bench.time->run_for(i * 10ms);
    held.give_back();
    REQUIRE(waiter->lease);
    held = std::move(waiter->lease);
  }
  const PoolStatus status = bench.pool->status();
  CHECK(status.waits == 3);
  CHECK(status.wait_p50 == 20ms);
  CHECK(status.wait_p99 == 30ms);
}

TEST_CASE("waits that are given up count like others") {
  Bench bench(0, 1);
  const auto held = bench.lease();
  const auto waiter = std::make_shared<Waiter>();
  CHECK_FALSE(bench.pool->acquire(waiter));
  bench.time->run_for(5s);
  bench.pool->forget(waiter.get());
  CHECK(bench.pool->status().waits == 1);
  CHECK(bench.pool->status().wait_p50 == 5s);
  CHECK(bench.pool->status().wait_p99 == 5s);
}

TEST_CASE("who can't wait is not waited for") {
  Bench bench(0, 1);
  const auto held = bench.lease();
  CHECK_FALSE(bench.pool->acquire(nullptr));
  CHECK(bench.pool->status().waiting == 0);
  CHECK(bench.pool->status().waits == 0);
}

TEST_CASE("many threads may use one pool, and it returns to its idle size") {
  Bench bench(0, 2);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&bench] {
      for (int i = 0; i < 500; ++i) {
        const auto waiter = std::make_shared<Waiter>();
        if (const Pool::Lease lease = bench.pool->acquire(waiter)) continue;
        bench.pool->forget(waiter.get());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(bench.pool->status().in_use == 0);
  CHECK(bench.pool->status().waiting == 0);
}

TEST_CASE("a board shows the pools that there are") {
  PoolBoard board;
  Bench bench(0, 1);
  board.add(bench.pool);
  REQUIRE(board.all().size() == 1);
  CHECK(board.all()[0].name == "services");
  bench.pool.reset();
  CHECK(board.all().empty());
}

TEST_CASE("one more is made beforehand if none is idle and there may be one more") {
  Bench bench(0, 2);
  REQUIRE(bench.pool->warm_one().ok());
  REQUIRE(bench.pool->warm_one().ok());
  CHECK(bench.made == 1);
  const auto a = bench.lease();
  REQUIRE(bench.pool->warm_one().ok());
  CHECK(bench.made == 2);
  const auto b = bench.lease();
  CHECK(bench.pool->warm_one().ok());
  CHECK(bench.made == 2);
}

TEST_CASE("what can't be made beforehand is made when it is needed") {
  Bench bench(0, 1);
  bench.fails = true;
  CHECK(bench.pool->warm_one().code() == ErrorCode::kUnavailable);
  bench.fails = false;
  CHECK(bench.pool->warm_one().ok());
  CHECK(bench.pool->status().idle == 1);
}
