#include "net/loop.h"

#include <pthread.h>
#include <uv.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.h"
#include "support/gate.h"

using namespace voiceagent;
using namespace voiceagent::net;
using namespace std::chrono_literals;
using voiceagent::test::Gate;

// What an executor promises is in tests/conformance/executor_conformance_test.cpp.

namespace {

std::shared_ptr<Loop> make_loop(const std::string& name = "test") {
  return Loop::create(name).value();
}

}  // namespace

TEST_CASE("a loop's thread has its name, cut to what the system allows") {
  for (const auto& [given, expected] :
       {std::pair("loop-0", "loop-0"), std::pair("a-name-that-is-too-long", "a-name-that-is-")}) {
    const auto loop = make_loop(given);
    Gate done;
    std::array<char, 16> name{};
    loop->post([&] {
      pthread_getname_np(pthread_self(), name.data(), name.size());
      done.open();
    });
    REQUIRE(done.wait());
    CHECK(std::string(name.data()) == expected);
  }
}

TEST_CASE("what a callback of libuv posts runs without another event") {
  const auto loop = make_loop();
  Gate done;
  struct Once {
    uv_timer_t timer{};
    Loop* loop = nullptr;
    Gate* done = nullptr;
  } once;
  once.loop = loop.get();
  once.done = &done;
  loop->post([&] {
    uv_timer_init(loop->uv(), &once.timer);
    once.timer.data = &once;
    uv_timer_start(
        &once.timer,
        [](uv_timer_t* timer) {
          uv_close(reinterpret_cast<uv_handle_t*>(timer), [](uv_handle_t* handle) {
            auto* const closed = static_cast<Once*>(handle->data);
            closed->loop->post([done = closed->done] { done->open(); });
          });
        },
        1, 0);
  });
  CHECK(done.wait());
}

TEST_CASE("what is to be done at the end of a round comes behind all that was due in it") {
  auto loop = make_loop();
  std::vector<int> order;
  Gate ended;
  Loop* const raw = loop.get();
  raw->post([&, raw] {
    raw->at_round_end([&, raw] {
      order.push_back(3);
      raw->post([&] {
        order.push_back(4);  // in the next one
        ended.open();
      });
    });
    order.push_back(1);
    raw->post_after(0ms, [&] { order.push_back(2); });
  });
  REQUIRE(ended.wait());
  loop.reset();
  CHECK(order == std::vector{1, 2, 3, 4});
}

TEST_CASE("at the end, what was registered last is run first, once everything posted has run") {
  auto loop = make_loop();
  std::vector<int> order;
  bool current = false;
  Loop* const raw = loop.get();
  Gate registered;
  raw->post([&, raw] {
    raw->at_exit([&] { order.push_back(3); });
    raw->at_exit([&, raw] {
      current = raw->is_current();
      order.push_back(2);
    });
    registered.open();
  });
  REQUIRE(registered.wait());
  raw->post([&] { order.push_back(1); });
  loop.reset();
  CHECK(order == std::vector{1, 2, 3});
  CHECK(current);
}

TEST_CASE("a loop goes on until the handles that were put on it are closed") {
  auto loop = make_loop();
  uv_timer_t timer{};
  bool closed = false;
  timer.data = &closed;
  Loop* const raw = loop.get();
  raw->post([&, raw] {
    uv_timer_init(raw->uv(), &timer);
    raw->at_exit([&timer] {
      uv_timer_start(
          &timer,
          [](uv_timer_t* late) {
            uv_close(reinterpret_cast<uv_handle_t*>(late),
                     [](uv_handle_t* handle) { *static_cast<bool*>(handle->data) = true; });
          },
          1, 0);
    });
  });
  loop.reset();
  CHECK(closed);
}

TEST_CASE("a loop says how many tasks wait") {
  const auto loop = make_loop();
  Gate started;
  Gate go;
  Gate done;
  loop->post([&] {
    started.open();
    static_cast<void>(go.wait());
  });
  REQUIRE(started.wait());
  for (int i = 0; i < 10; ++i) loop->post([] {});
  loop->post([&done] { done.open(); });
  CHECK(loop->waiting() == 11);
  go.open();
  REQUIRE(done.wait());
  CHECK(loop->waiting() == 0);
}

TEST_CASE("a loop that is stuck is late at once, and for about a second afterwards") {
  const auto loop = make_loop();
  Gate go;
  Gate done;
  loop->post([&] {
    static_cast<void>(go.wait());
    done.open();
  });
  while (loop->lateness() < 60ms) std::this_thread::yield();
  go.open();
  REQUIRE(done.wait());
  CHECK(loop->lateness() >= 40ms);
  while (loop->lateness() >= 40ms) std::this_thread::yield();
}

TEST_CASE("a loop's CPU time is that of its thread") {
  const auto loop = make_loop();
  const Duration before = loop->cpu_time();
  std::atomic<bool> stop = false;
  Gate done;
  loop->post([&] {
    while (!stop) {
    }
    done.open();
  });
  while (loop->cpu_time() < before + 5ms) std::this_thread::yield();
  stop = true;
  CHECK(done.wait());
}
