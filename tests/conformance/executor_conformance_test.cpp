// What an executor with a thread of its own promises, checked on every implementation.
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/alloc_counter.h"
#include "support/catch.h"
#include "support/gate.h"
#include "voiceagent/executor.h"
#if VOICEAGENT_WITH_SERVER
#include "net/loop.h"
#endif

using namespace voiceagent;
using namespace std::chrono_literals;
using voiceagent::test::Gate;

namespace {

struct Implementation {
  std::string name;
  std::function<std::shared_ptr<Executor>()> make;
};

std::vector<Implementation> implementations() {
  std::vector<Implementation> all;
  all.push_back({"thread executor", make_thread_executor});
#if VOICEAGENT_WITH_SERVER
  all.push_back({"loop", [] { return net::Loop::create("test").value(); }});
#endif
  return all;
}

template <class Check>
void for_all(Check check) {
  for (const Implementation& implementation : implementations()) {
    DYNAMIC_SECTION(implementation.name) { check(implementation.make); }
  }
}

// Waits until everything posted so far has run.
void settle(Executor& executor) {
  Gate done;
  executor.post([&done] { done.open(); });
  REQUIRE(done.wait());
}

// Counts how many tasks that hold one have been run or dropped.
struct Token {
  explicit Token(std::atomic<int>& counter) : gone(&counter) {}
  Token(Token&& other) noexcept : gone(std::exchange(other.gone, nullptr)) {}
  ~Token() {
    if (gone != nullptr) ++*gone;
  }
  std::atomic<int>* gone;
};

}  // namespace

TEST_CASE("tasks run in the order of their posting, on the executor's thread") {
  for_all([](const auto& make) {
    const auto executor = make();
    std::vector<int> order;
    bool current = true;
    for (int i = 0; i < 1000; ++i) {
      executor->post([&, i] {
        order.push_back(i);
        current = current && executor->is_current();
      });
    }
    settle(*executor);
    REQUIRE(order.size() == 1000);
    for (int i = 0; i < 1000; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
    CHECK(current);
    CHECK_FALSE(executor->is_current());
  });
}

TEST_CASE("on another executor one is not current") {
  for_all([](const auto& make) {
    const auto one = make();
    const auto two = make();
    bool crossed = true;
    two->post([&] { crossed = one->is_current(); });
    settle(*two);
    CHECK_FALSE(crossed);
  });
}

TEST_CASE("posts from many threads all run, each thread's in its order") {
  for_all([](const auto& make) {
    constexpr std::size_t kThreads = 4;
    constexpr int kPosts = 5000;
    const auto executor = make();
    std::array<int, kThreads> next{};
    int disorder = 0;
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kPosts; ++i) {
          executor->post([&, t, i] { disorder += next[t]++ == i ? 0 : 1; });
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    settle(*executor);
    CHECK(disorder == 0);
    for (int count : next) CHECK(count == kPosts);
  });
}

TEST_CASE("the time of day is the system's") {
  for_all([](const auto& make) {
    const auto executor = make();
    const std::int64_t year_2020_ms = 1'577'836'800'000;
    CHECK(executor->wall_time_ms() > year_2020_ms);
  });
}

TEST_CASE("a timer runs when its delay has passed, and not before") {
  for_all([](const auto& make) {
    const auto executor = make();
    Gate done;
    Time ran;
    const Time set = executor->now();
    executor->post_after(2ms, [&] {
      ran = executor->now();
      done.open();
    });
    REQUIRE(done.wait());
    CHECK(ran - set >= 2ms);
  });
}

TEST_CASE("timers with the same delay run in the order of their making") {
  for_all([](const auto& make) {
    const auto executor = make();
    Gate done;
    std::vector<int> order;
    for (int i = 0; i < 100; ++i) executor->post_after(1ms, [&order, i] { order.push_back(i); });
    executor->post_after(1ms, [&done] { done.open(); });
    REQUIRE(done.wait());
    REQUIRE(order.size() == 100);
    for (int i = 0; i < 100; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
  });
}

TEST_CASE("a sooner timer wakes a thread that waits for a later one") {
  for_all([](const auto& make) {
    const auto executor = make();
    Gate done;
    executor->post_after(Duration::max(), [] {});
    executor->post_after(1h, [] {});
    settle(*executor);
    executor->post_after(-1h, [&done] { done.open(); });
    CHECK(done.wait());
  });
}

TEST_CASE("a cancelled timer never runs") {
  for_all([](const auto& make) {
    const auto executor = make();
    Gate done;
    bool ran = false;
    bool cancelled = false;
    bool again = true;
    executor->post([&] {
      const TimerId timer = executor->post_after(0ms, [&ran] { ran = true; });
      cancelled = executor->cancel(timer);
      again = executor->cancel(timer);
      executor->post_after(0ms, [&done] { done.open(); });
    });
    REQUIRE(done.wait());
    CHECK(cancelled);
    CHECK_FALSE(again);
    CHECK_FALSE(ran);
  });
}

TEST_CASE("a timer may cancel another that is due already") {
  for_all([](const auto& make) {
    const auto executor = make();
    Gate done;
    bool ran = false;
    bool cancelled = false;
    TimerId second = 0;
    executor->post([&] {
      executor->post_after(0ms, [&] { cancelled = executor->cancel(second); });
      second = executor->post_after(0ms, [&ran] { ran = true; });
      executor->post_after(0ms, [&done] { done.open(); });
    });
    REQUIRE(done.wait());
    CHECK(cancelled);
    CHECK_FALSE(ran);
  });
}

TEST_CASE("a timer that runs or has run can't be cancelled") {
  for_all([](const auto& make) {
    const auto executor = make();
    Gate done;
    bool cancelled = true;
    std::atomic<TimerId> timer = 0;
    executor->post([&] {
      timer = executor->post_after(0ms, [&] {
        cancelled = executor->cancel(timer);
        done.open();
      });
    });
    REQUIRE(done.wait());
    CHECK_FALSE(cancelled);
    CHECK_FALSE(executor->cancel(timer));
    CHECK_FALSE(executor->cancel(0));
  });
}

TEST_CASE("cancelling from another thread, each timer either runs or is cancelled") {
  for_all([](const auto& make) {
    constexpr int kTimers = 4000;
    const auto executor = make();
    std::atomic<int> ran = 0;
    std::atomic<int> cancelled = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < kTimers; ++i) {
          const TimerId timer = executor->post_after(Duration(i % 3 * 1000), [&ran] { ++ran; });
          if (executor->cancel(timer)) ++cancelled;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    Gate done;
    executor->post_after(1ms, [&done] { done.open(); });
    REQUIRE(done.wait());
    CHECK(ran + cancelled == 2 * kTimers);
  });
}

TEST_CASE("timers run even while tasks are posted without an end") {
  for_all([](const auto& make) {
    auto executor = make();
    std::atomic<bool> stop = false;
    Gate done;
    struct Again {
      Executor* executor;
      std::atomic<bool>* stop;
      void operator()() const {
        if (!*stop) executor->post(*this);
      }
    };
    executor->post(Again{executor.get(), &stop});
    executor->post_after(1ms, [&done] { done.open(); });
    CHECK(done.wait());
    stop = true;
    executor.reset();
  });
}

TEST_CASE("a task is destroyed before the next one runs") {
  for_all([](const auto& make) {
    const auto executor = make();
    const auto value = std::make_shared<int>(1);
    long left = 0;
    executor->post([value] {});
    executor->post([&] { left = value.use_count(); });
    settle(*executor);
    CHECK(left == 1);
  });
}

TEST_CASE("the destructor runs what was posted and drops the timers") {
  for_all([](const auto& make) {
    auto executor = make();
    Gate go;
    int ran = 0;
    std::atomic<int> gone = 0;
    executor->post([&go] { static_cast<void>(go.wait()); });
    for (int i = 0; i < 10; ++i) executor->post([&ran] { ++ran; });
    executor->post_after(1h, [&ran, token = Token(gone)] { ran += 100; });
    go.open();
    executor.reset();
    CHECK(ran == 10);
    CHECK(gone == 1);
  });
}

TEST_CASE("the destructor returns although tasks go on posting") {
  for_all([](const auto& make) {
    auto executor = make();
    std::atomic<int> gone = 0;
    struct Again {
      Executor* executor;
      std::shared_ptr<Token> token;
      void operator()() const {
        executor->post(*this);
        executor->post_after(0ms, *this);
        executor->post_after(1h, [token = token] {});
      }
    };
    executor->post(Again{executor.get(), std::make_shared<Token>(gone)});
    executor.reset();
    CHECK(gone == 1);
  });
}

TEST_CASE("the last owner may be a task; what was posted still runs") {
  for_all([](const auto& make) {
    Gate done;
    auto executor = make();
    Executor* const raw = executor.get();
    raw->post([executor = std::move(executor), &done]() mutable {
      executor->post([&done] { done.open(); });
      executor.reset();
    });
    CHECK(done.wait());
  });
}

TEST_CASE("the last owner may be a cancelled timer") {
  for_all([](const auto& make) {
    Gate done;
    auto executor = make();
    Executor* const raw = executor.get();
    struct Opener {
      Gate* gate;
      explicit Opener(Gate* opened) : gate(opened) {}
      Opener(Opener&& other) noexcept : gate(std::exchange(other.gate, nullptr)) {}
      ~Opener() {
        if (gate != nullptr) gate->open();
      }
    };
    raw->post([raw, executor = std::move(executor), &done]() mutable {
      Executor* const timers = executor.get();
      const TimerId timer =
          timers->post_after(1h, [executor = std::move(executor), opener = Opener(&done)] {});
      raw->cancel(timer);
    });
    CHECK(done.wait());
  });
}

TEST_CASE("destroyed while others post, every task is run or dropped, once") {
  for_all([](const auto& make) {
    constexpr int kPosts = 2000;
    std::atomic<int> gone = 0;
    std::vector<std::thread> threads;
    {
      auto executor = make();
      for (int t = 0; t < 3; ++t) {
        threads.emplace_back([executor, &gone] {
          for (int i = 0; i < kPosts; ++i) {
            executor->post([token = Token(gone)] {});
            executor->post_after(i % 2 == 0 ? 0ns : 1h, [token = Token(gone)] {});
          }
        });
      }
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(gone == 3 * 2 * kPosts);
  });
}

TEST_CASE("posting and timers allocate nothing after warming up") {
  for_all([](const auto& make) {
    const auto executor = make();
    std::array<TimerId, 200> timers{};
    std::array<char, 56> payload{};
    std::atomic<int> ran = 0;
    const auto burst = [&] {
      Gate started;
      Gate go;
      Gate done;
      executor->post([&] {
        started.open();
        static_cast<void>(go.wait());
      });
      if (!started.wait()) return false;
      for (std::size_t i = 0; i < timers.size(); ++i) {
        executor->post([&ran, payload] { ran += payload[0] == 0 ? 1 : 0; });
        timers[i] = executor->post_after(Duration(i), [&ran] { ++ran; });
      }
      for (std::size_t i = 0; i < timers.size(); i += 2) executor->cancel(timers[i]);
      executor->post_after(1us, [&] { executor->post([&done] { done.open(); }); });
      go.open();
      return done.wait();
    };
    for (int i = 0; i < 4; ++i) REQUIRE(burst());
    const auto before = voiceagent::test::allocations();
    bool finished = true;
    for (int i = 0; i < 10; ++i) finished = burst() && finished;
    const auto after = voiceagent::test::allocations();
    CHECK(finished);
    CHECK(after == before);
    CHECK(ran == 14 * 300);
  });
}
