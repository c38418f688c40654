#include "core/resilience/kept_audio.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "support/catch.h"

using voiceagent::KeptAudio;

namespace {

constexpr std::int64_t kSecond = 16'000;

// Seconds of audio, in frames of 20 ms.
void listen(KeptAudio& kept, int seconds) {
  const std::vector<std::int16_t> frame(320, 7);
  for (int i = 0; i < 50 * seconds; ++i) kept.add(frame);
}

}  // namespace

TEST_CASE("kept audio: whatever the pieces, the samples that are kept are those that came") {
  KeptAudio kept;
  std::vector<std::int16_t> all(20'000);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int16_t>(i);
  for (std::size_t at = 0, size = 1; at < all.size(); at += size, size = size * 3 % 1'009) {
    size = std::min(size, all.size() - at);
    kept.add(std::span(all).subspan(at, size));
    if (at > 5'000) kept.drop_before(kept.end() - 4'500);
  }
  CHECK(kept.begin() == 20'000 - 4'500);
  REQUIRE(kept.end() == 20'000);
  for (std::int64_t at = kept.begin(); at < kept.end();) {
    const auto part = kept.part(at, kept.end());
    REQUIRE_FALSE(part.empty());
    CHECK(std::ranges::equal(part,
                             std::span(all).subspan(static_cast<std::size_t>(at), part.size())));
    at += static_cast<std::int64_t>(part.size());
  }
}

TEST_CASE("kept audio: positions go on when what is settled has been dropped") {
  KeptAudio kept;
  listen(kept, 2);
  kept.drop_before(kSecond);
  CHECK(kept.begin() == kSecond);
  CHECK(kept.end() == 2 * kSecond);
  CHECK(kept.part(kSecond, kSecond + 3).size() == 3);
  kept.drop_before(0);
  CHECK(kept.begin() == kSecond);
  kept.drop_before(9 * kSecond);
  CHECK(kept.begin() == 2 * kSecond);
  listen(kept, 1);
  CHECK(kept.end() == 3 * kSecond);
}

TEST_CASE("kept audio: between utterances, when all is settled, it holds no memory") {
  KeptAudio kept;
  for (int turn = 0; turn < 3; ++turn) {
    listen(kept, 5);
    CHECK(kept.capacity() >= 5 * static_cast<std::size_t>(kSecond));
    kept.drop_before(kept.end());
    CHECK(kept.capacity() == 0);
  }
}

TEST_CASE("kept audio: what is held beside what is needed is bounded") {
  KeptAudio kept;
  listen(kept, 10);
  kept.drop_before(9 * kSecond);
  CHECK(kept.capacity() <= static_cast<std::size_t>(2 * kSecond));
  kept.bound(kSecond / 2, kept.end());
  CHECK(kept.begin() == 10 * kSecond - kSecond / 2);
  kept.bound(kSecond / 4, kept.begin());  // all of it is needed
  CHECK(kept.end() - kept.begin() == kSecond / 2);
}

TEST_CASE("kept audio: what is dropped at its end was never there") {
  KeptAudio kept;
  listen(kept, 1);
  kept.drop_before(kSecond / 2);
  kept.drop_after(kSecond - 1'000);
  CHECK(kept.size() == kSecond / 2 - 1'000);
  const std::vector<std::int16_t> more(400, 9);
  kept.add(more);
  CHECK(kept.part(kSecond - 1'001, kSecond - 1'000).front() == 7);
  CHECK(kept.part(kSecond - 1'000, kSecond - 999).front() == 9);
  CHECK(kept.end() == kSecond - 600);
  kept.drop_after(0);
  CHECK(kept.size() == 0);
  CHECK(kept.capacity() == 0);
  listen(kept, 1);
  CHECK(kept.size() == kSecond);
}
