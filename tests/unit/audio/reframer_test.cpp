#include "audio/reframer.h"

#include <vector>

#include "support/alloc_counter.h"
#include "support/catch.h"
#include "support/signals.h"

using voiceagent::Reframer;
using voiceagent::test::noise;
using voiceagent::test::Samples;

namespace {

// Pushes `in` in chunks of a size; all frames, one after the other.
Samples reframe(Reframer& reframer, std::span<const std::int16_t> in, std::size_t chunk) {
  Samples out;
  while (!in.empty()) {
    const auto part = in.first(std::min(chunk, in.size()));
    reframer.push(part, [&](std::span<const std::int16_t> frame) {
      CHECK(frame.size() == reframer.frame_samples());
      out.insert(out.end(), frame.begin(), frame.end());
    });
    in = in.subspan(part.size());
  }
  return out;
}

}  // namespace

TEST_CASE("chunks of any size give the same frames, and the rest waits") {
  const Samples in = noise(1003, 30000);
  for (const std::size_t frame : {1, 7, 160, 320, 1003, 2000}) {
    for (std::size_t chunk = 1; chunk < 400; chunk += chunk < 20 ? 1 : 37) {
      Reframer reframer(frame);
      Samples out = reframe(reframer, in, chunk);
      CHECK(out.size() == in.size() / frame * frame);
      const auto rest = reframer.rest();
      out.insert(out.end(), rest.begin(), rest.end());
      REQUIRE(out == in);
    }
  }
}

TEST_CASE("a frame that lies whole in the input is not copied") {
  const Samples in = noise(25, 1000);
  Reframer reframer(10);
  std::vector<const std::int16_t*> frames;
  reframer.push(in, [&](std::span<const std::int16_t> frame) { frames.push_back(frame.data()); });
  CHECK(frames == std::vector<const std::int16_t*>{in.data(), in.data() + 10});
  CHECK(reframer.rest().size() == 5);
}

TEST_CASE("reframing allocates nothing") {
  Reframer reframer(320);
  const Samples in = noise(1000, 1000);
  std::size_t frames = 0;
  const auto before = voiceagent::test::allocations();
  for (std::size_t size = 0; size <= in.size(); size += 7) {
    reframer.push(std::span(in).first(size), [&frames](auto) { ++frames; });
  }
  CHECK(voiceagent::test::allocations() == before);
  CHECK(frames > 100);
}

TEST_CASE("an empty push changes nothing") {
  Reframer reframer(10);
  const Samples in = noise(3, 1000);
  reframer.push(in, [](auto) { FAIL("no frame is complete"); });
  reframer.push({}, [](auto) { FAIL("no frame is complete"); });
  CHECK(reframer.rest().size() == 3);
}

TEST_CASE("after clear nothing of the old audio comes out") {
  Reframer reframer(4);
  reframer.push(Samples{1, 1, 1}, [](auto) { FAIL("no frame is complete"); });
  reframer.clear();
  CHECK(reframer.rest().empty());
  Samples out;
  reframer.push(Samples{2, 2, 2, 2}, [&](auto frame) { out.assign(frame.begin(), frame.end()); });
  CHECK(out == Samples{2, 2, 2, 2});
}
