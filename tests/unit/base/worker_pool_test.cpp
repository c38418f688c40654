#include <array>
#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#if defined(__linux__)
#include <pthread.h>
#endif

#include "support/catch.h"
#include "support/gate.h"
#include "voiceagent/executor.h"

using namespace voiceagent;
using voiceagent::test::Gate;

TEST_CASE("a pool has as many threads as asked for, or two at least") {
  CHECK(make_worker_pool(3)->concurrency() == 3);
  CHECK(make_worker_pool()->concurrency() >= 2);
}

TEST_CASE("as many jobs run at once as the pool has threads") {
  const auto pool = make_worker_pool(3);
  std::array<Gate, 3> started;
  Gate go;
  Gate done;
  std::atomic<int> left = 3;
  for (Gate& gate : started) {
    REQUIRE(pool->submit([&] {
                  gate.open();
                  if (go.wait() && --left == 0) done.open();
                })
                .ok());
  }
  for (Gate& gate : started) CHECK(gate.wait());
  go.open();
  CHECK(done.wait());
}

TEST_CASE("jobs submitted by many threads all run, once") {
  constexpr int kJobs = 3000;
  auto pool = make_worker_pool(3, 4 * kJobs);
  std::vector<std::atomic<int>> runs(4 * kJobs);
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < kJobs; ++i) {
        if (!pool->submit([&run = runs[t * kJobs + i]] { ++run; }).ok()) ++refused;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  pool.reset();
  CHECK(refused == 0);
  int wrong = 0;
  for (const auto& count : runs) wrong += count == 1 ? 0 : 1;
  CHECK(wrong == 0);
}

TEST_CASE("a full queue refuses a job, and says how many wait") {
  auto pool = make_worker_pool(1, 2);
  Gate started;
  Gate go;
  std::atomic<int> ran = 0;
  REQUIRE(pool->submit([&] {
                started.open();
                static_cast<void>(go.wait());
              })
              .ok());
  REQUIRE(started.wait());
  CHECK(pool->submit([&ran] { ++ran; }).ok());
  CHECK(pool->submit([&ran] { ++ran; }).ok());
  const Status status = pool->submit([&ran] { ran += 100; });
  CHECK(status.code() == ErrorCode::kResourceExhausted);
  CHECK(status.message().find(" 2 jobs") != std::string::npos);
  go.open();
  pool.reset();
  CHECK(ran == 2);
}

TEST_CASE("a destroyed pool finishes what it has and takes no more") {
  auto pool = make_worker_pool(1, 4);
  WorkerPool* const raw = pool.get();
  Gate started;
  ErrorCode code = ErrorCode::kOk;
  std::atomic<int> ran = 0;
  REQUIRE(pool->submit([&, raw] {
                started.open();
                while (code != ErrorCode::kFailedPrecondition) {
                  code = raw->submit([&ran] { ++ran; }).code();
                }
              })
              .ok());
  REQUIRE(started.wait());
  pool.reset();
  CHECK(code == ErrorCode::kFailedPrecondition);
  CHECK(ran <= 4);
}

TEST_CASE("the last owner of a pool may be one of its jobs") {
  Gate done;
  auto pool = make_worker_pool(2);
  WorkerPool* const raw = pool.get();
  REQUIRE(raw->submit([&done, pool = std::move(pool)]() mutable {
               static_cast<void>(pool->submit([&done] { done.open(); }));
               pool.reset();
             })
              .ok());
  CHECK(done.wait());
}

TEST_CASE("a pool destroyed while others submit runs all it accepted") {
  std::atomic<int> accepted = 0;
  std::atomic<int> ran = 0;
  std::vector<std::thread> threads;
  {
    auto pool = make_worker_pool(2, 64);
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([pool, &accepted, &ran] {
        for (int i = 0; i < 2000; ++i) {
          if (pool->submit([&ran] { ++ran; }).ok()) ++accepted;
        }
      });
    }
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(accepted > 0);
  CHECK(ran == accepted);
}

#if defined(__linux__)
TEST_CASE("worker threads have a name") {
  auto pool = make_worker_pool(1);
  std::array<char, 16> name{};
  REQUIRE(
      pool->submit([&name] { pthread_getname_np(pthread_self(), name.data(), name.size()); }).ok());
  pool.reset();
  CHECK(std::string(name.data()) == "va-worker");
}
#endif
