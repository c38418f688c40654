#include "base/ring.h"

#include <memory>

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

TEST_CASE("a ring keeps nothing of what was taken out") {
  Ring<std::shared_ptr<int>> ring;
  const auto value = std::make_shared<int>(1);
  ring.push_back(value);
  ring.pop_front();
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
