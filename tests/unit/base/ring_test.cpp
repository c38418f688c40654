#include "base/ring.h"

#include <deque>
#include <memory>
#include <random>

#include "support/alloc_counter.h"
#include "support/catch.h"

using voiceagent::Ring;

TEST_CASE("a ring gives back in the order it was given, while it grows and wraps") {
  Ring<int> ring;
  int in = 0;
  int out = 0;
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < round % 13 + 3; ++i) ring.push_back(in++);
    for (int i = 0; i < round % 11 + 1 && !ring.empty(); ++i) {
      CHECK(ring.front() == out);
      CHECK(ring.pop_front() == out++);
    }
    CHECK(ring.size() == static_cast<std::size_t>(in - out));
  }
  while (!ring.empty()) CHECK(ring.pop_front() == out++);
  CHECK(in == out);
}

TEST_CASE("a ring is like a deque at both ends and in between") {
  Ring<int> ring;
  std::deque<int> model;
  std::mt19937 random(3);
  int wrong = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto choice = random() % 5;
    if (choice == 0 || model.empty()) {
      ring.push_back(i);
      model.push_back(i);
    } else if (choice == 1) {
      ring.push_front(i);
      model.push_front(i);
    } else if (choice == 2) {
      wrong += ring.pop_front() == model.front() ? 0 : 1;
      model.pop_front();
    } else if (choice == 3) {
      wrong += ring.pop_back() == model.back() ? 0 : 1;
      model.pop_back();
    } else {
      const std::size_t at = random() % model.size();
      wrong += ring[at] == model[at] && ring.back() == model.back() ? 0 : 1;
    }
    wrong += ring.size() == model.size() ? 0 : 1;
  }
  CHECK(wrong == 0);
  ring.clear();
  CHECK(ring.empty());
}

TEST_CASE("a ring keeps nothing of what was taken out") {
  Ring<std::shared_ptr<int>> ring;
  const auto value = std::make_shared<int>(1);
  ring.push_back(value);
  ring.pop_front();
  CHECK(value.use_count() == 1);
  ring.push_front(value);
  ring.pop_back();
  CHECK(value.use_count() == 1);
}

TEST_CASE("a ring that has been long allocates nothing more") {
  Ring<int> ring;
  const auto fill_and_drain = [&ring] {
    for (int i = 0; i < 1000; ++i) ring.push_back(i);
    while (!ring.empty()) ring.pop_front();
  };
  fill_and_drain();
  const auto before = voiceagent::test::allocations();
  for (int i = 0; i < 10; ++i) fill_and_drain();
  CHECK(voiceagent::test::allocations() == before);
}
