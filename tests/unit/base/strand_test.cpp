#include "base/strand.h"

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/gate.h"

using namespace voiceagent;
using namespace std::chrono_literals;
using voiceagent::test::Gate;

TEST_CASE("a strand runs one job at a time, each poster's in its order") {
  constexpr std::size_t kThreads = 3;
  constexpr int kJobs = 2000;
  const auto pool = make_worker_pool(4);
  Strand strand(pool, kThreads * kJobs);
  std::atomic<int> running = 0;
  int overlaps = 0;  // no lock: the strand is one
  int disorder = 0;
  std::atomic<int> refused = 0;
  std::array<int, kThreads> next{};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kJobs; ++i) {
        const Status status = strand.post([&, t, i] {
          overlaps += ++running == 1 ? 0 : 1;
          disorder += next[t]++ == i ? 0 : 1;
          --running;
        });
        if (!status.ok()) ++refused;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Gate done;
  REQUIRE(strand.close([&done] { done.open(); }).ok());
  REQUIRE(done.wait());
  CHECK(overlaps == 0);
  CHECK(disorder == 0);
  CHECK(refused == 0);
  for (int count : next) CHECK(count == kJobs);
}

TEST_CASE("a full strand refuses a job; one that closes it is taken all the same") {
  const auto pool = make_worker_pool(1);
  Strand strand(pool, 2);
  Gate started;
  Gate go;
  Gate done;
  std::string order;
  REQUIRE(strand
              .post([&] {
                started.open();
                static_cast<void>(go.wait());
              })
              .ok());
  REQUIRE(started.wait());
  CHECK(strand.post([&order] { order += 'a'; }).ok());
  CHECK(strand.post([&order] { order += 'b'; }).ok());
  CHECK(strand.post([&order] { order += 'x'; }).code() == ErrorCode::kResourceExhausted);
  CHECK(strand
            .close([&] {
              order += 'z';
              done.open();
            })
            .ok());
  CHECK(strand.post([&order] { order += 'x'; }).code() == ErrorCode::kFailedPrecondition);
  CHECK(strand.close([&order] { order += 'x'; }).code() == ErrorCode::kFailedPrecondition);
  go.open();
  REQUIRE(done.wait());
  CHECK(order == "abz");
}

TEST_CASE("the running job of a strand is not counted among those that wait") {
  const auto executor = VirtualExecutor::create();
  Strand strand(executor->workers(), 1);
  Status inside = internal_error("not run");
  CHECK(strand.post([&] { inside = strand.post([] {}); }).ok());
  executor->run_for(0s);
  CHECK(inside.ok());
}

TEST_CASE("a strand may be destroyed while its job runs; what it accepted still runs") {
  Gate started;
  Gate go;
  Gate done;
  {
    auto strand = std::make_unique<Strand>(make_worker_pool(1), 4);  // the only owner of the pool
    REQUIRE(strand
                ->post([&] {
                  started.open();
                  static_cast<void>(go.wait());
                })
                .ok());
    REQUIRE(strand->post([&done] { done.open(); }).ok());
    REQUIRE(started.wait());
  }
  go.open();
  CHECK(done.wait());
}

TEST_CASE("a job may destroy its own strand") {
  const auto pool = make_worker_pool(2);
  auto strand = std::make_shared<Strand>(pool, 4);
  Strand* const raw = strand.get();
  Gate done;
  REQUIRE(raw->post([strand = std::move(strand), &done]() mutable {
               static_cast<void>(strand->post([&done] { done.open(); }));
               strand.reset();
             })
              .ok());
  CHECK(done.wait());
}

TEST_CASE("a job that the pool refuses is not run") {
  auto executor = VirtualExecutor::create();
  Strand strand(executor->workers(), 4);
  executor.reset();
  const auto value = std::make_shared<int>(1);
  CHECK(strand.post([value] {}).code() == ErrorCode::kFailedPrecondition);
  CHECK(value.use_count() == 1);
}

TEST_CASE("a strand works again once the pool has room again") {
  const auto pool = make_worker_pool(1, 1);
  Strand strand(pool, 4);
  Gate started;
  Gate go;
  Gate filled;
  Gate done;
  REQUIRE(pool->submit([&] {
                started.open();
                static_cast<void>(go.wait());
              })
              .ok());
  REQUIRE(started.wait());
  REQUIRE(pool->submit([&filled] { filled.open(); }).ok());
  CHECK(strand.post([] {}).code() == ErrorCode::kResourceExhausted);
  go.open();
  REQUIRE(filled.wait());
  CHECK(strand.post([&done] { done.open(); }).ok());
  CHECK(done.wait());
}

TEST_CASE("accepted jobs run even if the pool is full when their turn comes") {
  auto pool = make_worker_pool(1, 1);
  Strand strand(pool, 4);
  Gate started;
  Gate go;
  std::string order;
  REQUIRE(strand
              .post([&] {
                started.open();
                static_cast<void>(go.wait());
              })
              .ok());
  REQUIRE(started.wait());
  REQUIRE(strand.post([&order] { order += 'a'; }).ok());
  REQUIRE(strand.post([&order] { order += 'b'; }).ok());
  Gate done;
  REQUIRE(pool->submit([&] {
                order += 'p';
                done.open();
              })
              .ok());
  go.open();
  REQUIRE(done.wait());
  CHECK(order == "abp");
}

TEST_CASE("strands take turns on their pool") {
  const auto executor = VirtualExecutor::create();
  Strand one(executor->workers(), 4);
  Strand two(executor->workers(), 4);
  std::string order;
  CHECK(one.post([&order] { order += 'a'; }).ok());
  CHECK(one.post([&order] { order += 'b'; }).ok());
  CHECK(two.post([&order] { order += '1'; }).ok());
  CHECK(two.post([&order] { order += '2'; }).ok());
  executor->run_for(0s);
  CHECK(order == "a1b2");
}

TEST_CASE("a job of a strand is destroyed before the next one runs") {
  const auto executor = VirtualExecutor::create();
  Strand strand(executor->workers(), 4);
  const auto value = std::make_shared<int>(1);
  long left = 0;
  CHECK(strand.post([value] {}).ok());
  CHECK(strand.post([&] { left = value.use_count(); }).ok());
  executor->run_for(0s);
  CHECK(left == 1);
}
