#include "base/timer_queue.h"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "support/alloc_counter.h"
#include "support/catch.h"

using namespace voiceagent;

namespace {

Time at(std::int64_t ns) { return Time(Duration(ns)); }

}  // namespace

TEST_CASE("timers come out by time, then by rank") {
  TimerQueue timers;
  std::vector<int> order;
  const auto add = [&](std::int64_t due, std::uint64_t rank, int name) {
    timers.add(at(due), rank, [&order, name] { order.push_back(name); });
  };
  add(30, 1, 5);
  add(10, 9, 3);
  add(20, 1, 4);
  add(10, 2, 1);
  add(10, 5, 2);
  CHECK(timers.next_due() == at(10));
  while (!timers.empty()) timers.pop()();
  CHECK(order == std::vector<int>{1, 2, 3, 4, 5});
}

TEST_CASE("a timer comes out once: by its time or by its id") {
  TimerQueue timers;
  const TimerId first = timers.add(at(1), 1, [] {});
  const TimerId second = timers.add(at(2), 2, [] {});
  CHECK(timers.remove(second));
  CHECK_FALSE(timers.remove(second));
  CHECK(timers.pop());
  CHECK_FALSE(timers.remove(first));
  CHECK(timers.empty());
}

TEST_CASE("ids that were never given out name no timer") {
  TimerQueue timers;
  CHECK_FALSE(timers.remove(0));
  const TimerId timer = timers.add(at(1), 1, [] {});
  CHECK(timer != 0);
  CHECK_FALSE(timers.remove(0));
  CHECK_FALSE(timers.remove(timer + 1));
  CHECK_FALSE(timers.remove(timer + (TimerId{1} << 32)));
  CHECK(timers.remove(timer));
}

TEST_CASE("an old id doesn't name the timer that uses its slot now") {
  TimerQueue timers;
  std::set<TimerId> ids;
  for (int i = 0; i < 100; ++i) {
    const TimerId timer = timers.add(at(1), 1, [] {});
    CHECK(ids.insert(timer).second);
    for (TimerId old : ids) CHECK(static_cast<bool>(timers.remove(old)) == (old == timer));
  }
}

TEST_CASE("whatever is set and removed, the earliest timer is next") {
  TimerQueue timers;
  std::map<std::pair<std::int64_t, std::uint64_t>, TimerId> model;  // by due time and rank
  std::mt19937 random(7);
  int wrong = 0;
  for (std::uint64_t rank = 1; rank <= 20'000; ++rank) {
    const auto due = static_cast<std::int64_t>(random() % 500);
    model[{due, rank}] = timers.add(at(due), rank, [] {});
    while (model.size() > 300 || (!model.empty() && random() % 4 == 0)) {
      auto victim = model.begin();
      if (random() % 2 == 0) {
        std::advance(victim, static_cast<std::ptrdiff_t>(random() % model.size()));
        wrong += timers.remove(victim->second) ? 0 : 1;
      } else {
        wrong += timers.next_due() == at(victim->first.first) ? 0 : 1;
        timers.pop();
        wrong += timers.remove(victim->second) ? 1 : 0;  // it must have been this one
      }
      model.erase(victim);
    }
  }
  CHECK(wrong == 0);
  CHECK(timers.empty() == model.empty());
}

TEST_CASE("a removed timer leaves nothing behind") {
  TimerQueue timers;
  const auto value = std::make_shared<int>(1);
  timers.remove(timers.add(at(1), 1, [value] {}));
  CHECK(value.use_count() == 1);
}

TEST_CASE("setting, removing and firing timers allocates nothing after warming up") {
  TimerQueue timers;
  std::vector<TimerId> ids(200);
  const auto work = [&] {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      ids[i] = timers.add(at(static_cast<std::int64_t>(i * 7919 % 100)), i, [] {});
    }
    for (std::size_t i = 0; i < ids.size(); i += 2) timers.remove(ids[i]);
    while (!timers.empty()) timers.pop()();
  };
  work();
  const auto before = voiceagent::test::allocations();
  for (int i = 0; i < 10; ++i) work();
  CHECK(voiceagent::test::allocations() == before);
}

TEST_CASE("a delay never leads backwards nor beyond the end of time") {
  CHECK(time_after(at(5), Duration(3)) == at(8));
  CHECK(time_after(at(5), Duration(-3)) == at(5));
  CHECK(time_after(at(5), Duration::max()) == Time::max());
  CHECK(time_after(at(5), Duration::min()) == at(5));
}
