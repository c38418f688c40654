#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/alloc_counter.h"
#include "support/catch.h"
#include "voiceagent/executor.h"

using namespace voiceagent;
using namespace std::chrono_literals;

namespace {

Time at(Duration since_start) { return Time(since_start); }

// The order in which 20 timers run that are due at the same time.
std::vector<int> order_of_ties(std::uint64_t seed) {
  const auto executor = VirtualExecutor::create({.seed = seed, .job_cost = Duration(0)});
  std::vector<int> order;
  for (int i = 0; i < 20; ++i) executor->post_after(5ms, [&order, i] { order.push_back(i); });
  CHECK(executor->run_until_idle(1s));
  return order;
}

}  // namespace

TEST_CASE("virtual time begins at zero and stands still outside the run functions") {
  const auto executor = VirtualExecutor::create();
  CHECK(executor->now() == at(0s));
  bool ran = false;
  executor->post([&ran] { ran = true; });
  CHECK_FALSE(ran);
  executor->run_for(0s);
  CHECK(ran);
  CHECK(executor->now() == at(0s));
}

TEST_CASE("time jumps to each timer and at last to the end") {
  const auto executor = VirtualExecutor::create();
  std::vector<Time> times;
  const auto note = [&] { times.push_back(executor->now()); };
  executor->post_after(30ms, note);
  executor->post_after(10ms, note);
  executor->post_after(1h, note);
  executor->run_until(at(30ms));
  CHECK(times == std::vector<Time>{at(10ms), at(30ms)});
  CHECK(executor->now() == at(30ms));
  executor->run_for(10s);
  CHECK(executor->now() == at(10s + 30ms));
  executor->run_for(1h);
  CHECK(times.back() == at(1h));
}

TEST_CASE("the time of day goes with virtual time, from where it is told to begin") {
  VirtualTimeOptions options;
  options.wall_start_ms = 1'700'000'000'000;
  const auto executor = VirtualExecutor::create(options);
  executor->run_for(1999us);
  CHECK(executor->wall_time_ms() == 1'700'000'000'001);
}

TEST_CASE("time never goes back") {
  const auto executor = VirtualExecutor::create();
  executor->run_until(at(5s));
  executor->run_until(at(1s));
  executor->run_for(-1s);
  CHECK(executor->now() == at(5s));
}

TEST_CASE("a negative delay counts as none, an endless one never comes") {
  const auto executor = VirtualExecutor::create();
  executor->run_until(at(1s));
  Time ran;
  bool endless = false;
  executor->post_after(-1s, [&] { ran = executor->now(); });
  executor->post_after(Duration::max(), [&endless] { endless = true; });
  executor->run_for(24h * 365);
  CHECK(ran == at(1s));
  CHECK_FALSE(endless);
}

TEST_CASE("what a timer posts runs before the next timer of the same instant") {
  const auto executor = VirtualExecutor::create();
  std::string order;
  executor->post_after(1ms, [&] {
    order += 'a';
    executor->post([&order] { order += 'b'; });
  });
  executor->post_after(1ms, [&order] { order += 'c'; });
  executor->run_for(1ms);
  CHECK(order == "abc");
}

TEST_CASE("timers of the same instant run in the order of their making") {
  std::vector<int> expected;
  for (int i = 0; i < 20; ++i) expected.push_back(i);
  CHECK(order_of_ties(0) == expected);
}

TEST_CASE("a seed shuffles ties, the same way in every run") {
  CHECK(order_of_ties(1) == order_of_ties(1));
  CHECK(order_of_ties(1) != order_of_ties(0));
  CHECK(order_of_ties(1) != order_of_ties(2));
}

TEST_CASE("a seed shuffles neither posts, nor jobs, nor timers of different times") {
  const auto executor = VirtualExecutor::create({.seed = 5, .job_cost = 1ms});
  std::vector<int> posts;
  std::vector<int> jobs;
  std::vector<int> timers;
  for (int i = 0; i < 20; ++i) {
    executor->post([&posts, i] { posts.push_back(i); });
    CHECK(executor->workers()->submit([&jobs, i] { jobs.push_back(i); }).ok());
    executor->post_after(Duration(i), [&timers, i] { timers.push_back(i); });
  }
  CHECK(executor->run_until_idle(1s));
  for (const auto& order : {posts, jobs, timers}) {
    REQUIRE(order.size() == 20);
    for (int i = 0; i < 20; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
  }
}

TEST_CASE("a cancelled virtual timer never runs") {
  const auto executor = VirtualExecutor::create();
  bool ran = false;
  const TimerId timer = executor->post_after(1ms, [&ran] { ran = true; });
  CHECK(timer != 0);
  CHECK(executor->cancel(timer));
  CHECK_FALSE(executor->cancel(timer));
  CHECK(executor->run_until_idle(1s));
  CHECK_FALSE(ran);
  CHECK(executor->now() == at(0s));
}

TEST_CASE("a virtual timer can't be cancelled once it runs") {
  const auto executor = VirtualExecutor::create();
  TimerId timer = 0;
  bool cancelled = true;
  timer = executor->post_after(1ms, [&] { cancelled = executor->cancel(timer); });
  executor->run_for(1ms);
  CHECK_FALSE(cancelled);
}

TEST_CASE("running until idle stops the clock at the last timer") {
  const auto executor = VirtualExecutor::create();
  executor->post_after(3ms, [&] { executor->post_after(4ms, [] {}); });
  CHECK(executor->run_until_idle(1h));
  CHECK(executor->now() == at(7ms));
}

TEST_CASE("running until idle ends at the limit and says that something is left") {
  const auto executor = VirtualExecutor::create();
  int ticks = 0;
  struct Tick {
    Executor* executor;
    int* ticks;
    void operator()() const {
      ++*ticks;
      executor->post_after(10ms, *this);
    }
  };
  executor->post(Tick{executor.get(), &ticks});
  CHECK_FALSE(executor->run_until_idle(1s));
  CHECK(executor->now() == at(1s));
  CHECK(ticks == 101);
  executor->post_after(1h, [] {});
  CHECK_FALSE(executor->run_until_idle(0s));
}

TEST_CASE("a limit without end waits for the last timer") {
  const auto executor = VirtualExecutor::create();
  executor->run_until(at(1s));
  executor->post_after(24h * 365, [] {});
  CHECK(executor->run_until_idle(Duration::max()));
  CHECK(executor->now() == at(1s + 24h * 365));
}

TEST_CASE("a job runs at its submission plus the cost, in order, and not as a task") {
  const auto executor = VirtualExecutor::create({.seed = 0, .job_cost = 7ms});
  std::vector<std::pair<int, Time>> ran;
  bool current = false;
  const auto submit = [&](int name) {
    CHECK(executor->workers()
              ->submit([&, name] {
                ran.emplace_back(name, executor->now());
                current = current || executor->is_current();
              })
              .ok());
  };
  submit(1);
  executor->post_after(2ms, [&] {
    submit(2);
    submit(3);
  });
  CHECK(executor->run_until_idle(1s));
  CHECK(ran == std::vector<std::pair<int, Time>>{{1, at(7ms)}, {2, at(9ms)}, {3, at(9ms)}});
  CHECK_FALSE(current);
}

TEST_CASE("at one instant posts come first, then jobs, then timers") {
  const auto executor = VirtualExecutor::create();
  std::string order;
  executor->post_after(0s, [&order] { order += 't'; });
  CHECK(executor->workers()->submit([&order] { order += 'j'; }).ok());
  executor->post([&order] { order += 'p'; });
  executor->run_for(0s);
  CHECK(order == "pjt");
}

TEST_CASE("the queue of virtual workers is bounded") {
  const auto executor = VirtualExecutor::create();
  const auto workers = executor->workers();
  CHECK(workers->concurrency() >= 1);
  Status status;
  int accepted = 0;
  for (; accepted < 100'000; ++accepted) {
    status = workers->submit([] {});
    if (!status.ok()) break;
  }
  CHECK(status.code() == ErrorCode::kResourceExhausted);
  CHECK(accepted == 4096);
  executor->run_for(0s);
  CHECK(workers->submit([] {}).ok());
}

TEST_CASE("a destroyed virtual executor drops everything and refuses jobs") {
  auto executor = VirtualExecutor::create();
  const auto workers = executor->workers();
  const auto value = std::make_shared<int>(1);
  executor->post([value] {});
  executor->post_after(1ms, [value] {});
  CHECK(workers->submit([value, workers] {}).ok());
  // A task may still hold on to the executor while it is dropped.
  executor->post([value, last = std::shared_ptr<void>(nullptr, [raw = executor.get()](void*) {
                           raw->post([] {});
                           CHECK(raw->post_after(1ms, [] {}) == 0);
                         })] {});
  executor.reset();
  CHECK(value.use_count() == 1);
  CHECK(workers->submit([] {}).code() == ErrorCode::kFailedPrecondition);
}

TEST_CASE("only a running task finds its virtual executor current") {
  const auto one = VirtualExecutor::create();
  const auto two = VirtualExecutor::create();
  bool outside = one->is_current();
  bool inside = false;
  bool other = true;
  bool nested = true;
  bool after = false;
  one->post([&] {
    inside = one->is_current();
    other = two->is_current();
    two->post([&] { nested = one->is_current() || !two->is_current(); });
    two->run_for(0s);
    after = one->is_current() && !two->is_current();
  });
  one->run_for(0s);
  CHECK_FALSE(outside);
  CHECK(inside);
  CHECK_FALSE(other);
  CHECK_FALSE(nested);
  CHECK(after);
  CHECK_FALSE(one->is_current());
}

TEST_CASE("other threads may post to a virtual executor while it runs") {
  constexpr int kPosts = 5000;
  const auto executor = VirtualExecutor::create();
  int ran = 0;  // by the running thread alone
  std::atomic<int> cancelled = 0;
  std::atomic<int> posting = 2;
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kPosts; ++i) {
        executor->post([&ran] { ++ran; });
        executor->post_after(1ms, [&ran] { ++ran; });
        if (executor->cancel(executor->post_after(1ms, [&ran] { ++ran; }))) ++cancelled;
      }
      --posting;
    });
  }
  while (posting > 0) executor->run_for(1us);
  for (std::thread& thread : threads) thread.join();
  CHECK(executor->run_until_idle(1s));
  CHECK(ran + cancelled == 6 * kPosts);
}

TEST_CASE("virtual posts, timers and jobs allocate nothing after warming up") {
  const auto executor = VirtualExecutor::create();
  const auto workers = executor->workers();
  int ran = 0;
  const auto work = [&] {
    for (int i = 0; i < 100; ++i) {
      executor->post([&ran] { ++ran; });
      executor->post_after(Duration(i), [&ran] { ++ran; });
      static_cast<void>(workers->submit([&ran] { ++ran; }));
    }
    executor->run_for(1us);
  };
  work();
  const auto before = voiceagent::test::allocations();
  work();
  CHECK(voiceagent::test::allocations() == before);
  CHECK(ran == 600);
}
