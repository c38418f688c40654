#include "providers/stt/pocketsphinx/input_queue.h"

#include <array>
#include <cstdint>
#include <numeric>
#include <vector>

#include "support/catch.h"

using voiceagent::pocketsphinx::InputQueue;

namespace {

using Samples = std::vector<std::int16_t>;

constexpr std::size_t kCapacity = 240'000;

Samples counting(int from, std::size_t count) {
  Samples samples(count);
  std::iota(samples.begin(), samples.end(), static_cast<std::int16_t>(from));
  return samples;
}

Samples take(InputQueue& queue, std::size_t most) {
  Samples samples(most);
  samples.resize(queue.take(samples));
  return samples;
}

}  // namespace

TEST_CASE("samples come out in order, up to the next mark") {
  InputQueue queue;
  REQUIRE(queue.push(counting(1, 5)));
  queue.mark();
  REQUIRE(queue.push(counting(6, 3)));
  CHECK(take(queue, 3) == counting(1, 3));
  CHECK_FALSE(queue.take_mark());
  CHECK(take(queue, 10) == counting(4, 2));
  CHECK(take(queue, 10).empty());
  CHECK(queue.take_mark());
  CHECK_FALSE(queue.take_mark());
  CHECK(take(queue, 10) == counting(6, 3));
  CHECK(queue.empty());
}

TEST_CASE("marks at one place are taken one by one") {
  InputQueue queue;
  queue.mark();
  queue.mark();
  REQUIRE(queue.push(counting(1, 1)));
  queue.mark();
  CHECK(queue.has_mark());
  CHECK(queue.take_mark());
  CHECK(queue.take_mark());
  CHECK_FALSE(queue.take_mark());
  CHECK(take(queue, 2).size() == 1);
  CHECK(queue.take_mark());
  CHECK_FALSE(queue.has_mark());
  CHECK(queue.empty());
}

TEST_CASE("what was pushed after the last mark is unmarked") {
  InputQueue queue;
  CHECK_FALSE(queue.unmarked());
  REQUIRE(queue.push(counting(1, 1)));
  CHECK(queue.unmarked());
  take(queue, 1);
  CHECK(queue.unmarked());
  queue.mark();
  CHECK_FALSE(queue.unmarked());
  REQUIRE(queue.push({}));
  CHECK_FALSE(queue.unmarked());
}

TEST_CASE("a full queue takes nothing, and says once when there is room again") {
  InputQueue queue;
  REQUIRE(queue.push(Samples(kCapacity)));
  CHECK_FALSE(queue.take_room());
  CHECK_FALSE(queue.push(counting(1, 100)));
  CHECK_FALSE(queue.take_room());
  take(queue, 99);
  CHECK_FALSE(queue.take_room());
  take(queue, 1);
  CHECK(queue.take_room());
  CHECK_FALSE(queue.take_room());
  CHECK(queue.push(counting(1, 100)));
}

TEST_CASE("an empty queue takes a piece of any length") {
  InputQueue queue;
  CHECK(queue.push(Samples(3 * kCapacity)));
  CHECK(queue.push({}));
  CHECK_FALSE(queue.push(Samples(1)));
  CHECK(take(queue, 3 * kCapacity).size() == 3 * kCapacity);
  CHECK(queue.take_room());
}
