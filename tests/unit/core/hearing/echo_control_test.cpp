#include "core/hearing/echo_control.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <random>

#include "core/hearing/loudness.h"
#include "support/catch.h"
#include "support/signals.h"

using namespace voiceagent;
using test::Samples;

namespace {

constexpr std::size_t kFrame = 320;  // at 16 kHz

// Noise in words: each 20 ms have a level of their own.
Samples babble(std::size_t frames, unsigned seed) {
  Samples samples = test::noise(frames * kFrame, 32'000, seed);
  std::mt19937 random(seed);
  for (std::size_t i = 0; i < frames; ++i) {
    const bool pause = random() % 8 == 0;
    const double gain =
        pause ? 0 : std::pow(10, -(5 + 25 * static_cast<double>(random() % 100) / 100) / 20);
    for (std::size_t k = 0; k < kFrame; ++k) {
      auto& s = samples[i * kFrame + k];
      s = static_cast<std::int16_t>(s * gain);
    }
  }
  return samples;
}

// A player that is some frames behind, and a loudspeaker that the microphone hears.
struct Place {
  explicit Place(std::size_t late_frames) : late(late_frames) {}

  // The agent sends a frame, of which a tenth is heard later, with `voice` over it; what is left.
  Samples pass(std::span<const std::int16_t> sent, std::span<const std::int16_t> voice = {}) {
    if (!sent.empty()) {
      control.sent(sent);
      player.insert(player.end(), sent.begin(), sent.end());
    }
    air.push_back(Samples(kFrame));
    const std::size_t count = std::min(kFrame, player.size());
    std::copy_n(player.begin(), count, air.back().begin());
    player.erase(player.begin(), player.begin() + static_cast<std::ptrdiff_t>(count));
    heard.assign(kFrame, 0);
    for (std::size_t i = 0; i < kFrame; ++i) {
      int sample = voice.empty() ? 0 : voice[i];
      if (air.size() > late) sample += air[air.size() - 1 - late][i] / 10;
      heard[i] = static_cast<std::int16_t>(std::clamp(sample, -32'768, 32'767));
    }
    Samples left = heard;
    control.clean(left, told);
    return left;
  }
  // Seconds of the agent's speech; the level of the last one's echo, and of what is left of it.
  std::pair<double, double> speak(std::size_t seconds, unsigned seed = 1) {
    const Samples agent = babble(50 * seconds, seed);
    double before = 0;
    double after = 0;
    for (std::size_t i = 0; i < 50 * seconds; ++i) {
      const Samples left = pass(std::span(agent).subspan(i * kFrame, kFrame));
      if (i + 50 < 50 * seconds) continue;
      before += std::pow(10, level_db(heard) / 10);
      after += std::pow(10, level_db(left) / 10);
    }
    return {10 * std::log10(before / 50), 10 * std::log10(after / 50 + 1e-10)};
  }

  EchoControl control{16'000, 16'000};
  std::size_t late;
  bool told = true;
  std::deque<std::int16_t> player;
  std::vector<Samples> air;
  Samples heard;
};

}  // namespace

TEST_CASE("nothing is touched before an echo is known") {
  Place place(5);
  place.told = false;
  const auto [before, after] = place.speak(4);
  CHECK(after == Approx(before));
  CHECK_FALSE(place.control.cancels());
  CHECK_FALSE(place.control.heard_of());
}

TEST_CASE("somebody else's speech is never touched") {
  Place place(1'000);  // no echo comes back
  const Samples agent = babble(1'000, 1);
  const Samples user = babble(1'000, 2);
  for (std::size_t i = 0; i < 1'000; ++i) {
    const auto frame = std::span(user).subspan(i * kFrame, kFrame);
    const Samples left = place.pass(std::span(agent).subspan(i * kFrame, kFrame), frame);
    REQUIRE(std::ranges::equal(left, frame));
  }
  CHECK_FALSE(place.control.cancels());
}

#if VOICEAGENT_WITH_WEBRTC_AUDIO

TEST_CASE("an echo is found and taken out, however late it comes") {
  Place place(GENERATE(2U, 9U, 24U));
  const auto [before, after] = place.speak(8);
  CHECK(place.control.cancels());
  CHECK(after < before - 12);
  CHECK(place.control.coupling() == Approx(-20).margin(2));
}

TEST_CASE("what was sent in a burst is played one after another") {
  Place place(4);
  const Samples ahead = babble(20, 7);
  place.control.sent(ahead);
  place.player.assign(ahead.begin(), ahead.end());
  const auto [before, after] = place.speak(8);
  CHECK(place.control.cancels());
  CHECK(after < before - 12);
}

TEST_CASE("after a pause of the agent's its echo is still taken out") {
  Place place(6);
  (void)place.speak(6);
  REQUIRE(place.control.cancels());
  place.control.sent(babble(10, 8));  // never played
  place.control.flushed();
  place.player.clear();
  for (int i = 0; i < 60; ++i) (void)place.pass({});
  const auto [before, after] = place.speak(3, 2);
  CHECK(after < before - 12);
}

TEST_CASE("it is told how loud what comes back was when it was played") {
  Place place(6);
  (void)place.speak(6);
  REQUIRE(place.control.heard_of());
  for (int i = 0; i < 8; ++i) (void)place.pass({});
  CHECK(*place.control.heard_of() > -60);  // on its way
  for (int i = 0; i < 8; ++i) (void)place.pass({});
  CHECK(*place.control.heard_of() <= -60);
}

#endif
