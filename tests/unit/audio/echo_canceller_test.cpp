#include "audio/echo_canceller.h"

#include <cmath>

#include "support/catch.h"
#include "support/signals.h"

using namespace voiceagent;
using test::Samples;

namespace {

constexpr std::size_t kFrame = 320;  // at 16 kHz

double power(std::span<const std::int16_t> samples) {
  double sum = 1e-9;
  for (const std::int16_t s : samples) sum += static_cast<double>(s) * s;
  return sum / static_cast<double>(samples.size());
}

double db(std::span<const std::int16_t> a, std::span<const std::int16_t> b) {
  return 10 * std::log10(power(a) / power(b));
}

// What a microphone hears of `played`, a tenth of it and so many samples later.
Samples echo_of(const Samples& played, std::size_t delay) {
  Samples echo(played.size());
  for (std::size_t i = delay; i < played.size(); ++i) {
    echo[i] = static_cast<std::int16_t>(played[i - delay] / 10);
  }
  return echo;
}

// Both in frames of 20 ms; gives what is left.
Samples cancel(EchoCanceller& canceller, const Samples& played, Samples heard,
               std::size_t played_frame = kFrame) {
  for (std::size_t i = 0; (i + 1) * kFrame <= heard.size(); ++i) {
    canceller.process(std::span(played).subspan(i * played_frame, played_frame),
                      std::span(heard).subspan(i * kFrame, kFrame));
  }
  return heard;
}

}  // namespace

TEST_CASE("there is no canceller for rates that have no frames of 10 ms") {
  CHECK(EchoCanceller::create(11'025, 16'000) == nullptr);
  CHECK(EchoCanceller::create(16'000, 22'050 + 1) == nullptr);
  CHECK(EchoCanceller::create(0, 16'000) == nullptr);
}

#if VOICEAGENT_WITH_WEBRTC_AUDIO

TEST_CASE("an echo is taken out within two seconds") {
  const std::size_t delay = GENERATE(320U, 1'500U);  // samples
  const auto canceller = EchoCanceller::create(16'000, 16'000);
  REQUIRE(canceller != nullptr);
  const Samples played = test::noise(6 * 16'000, 8'000);
  const Samples heard = echo_of(played, delay);
  const Samples left = cancel(*canceller, played, heard);
  const auto late = [](const Samples& s) { return std::span(s).subspan(2 * 16'000); };
  CHECK(db(late(left), late(heard)) < -12);
}

TEST_CASE("who speaks over the echo is left") {
  const auto canceller = EchoCanceller::create(16'000, 16'000);
  REQUIRE(canceller != nullptr);
  const Samples played = test::noise(6 * 16'000, 8'000);
  Samples heard = echo_of(played, 400);
  const Samples voice = test::sine(440, 16'000, 16'000, 6'000);
  for (std::size_t i = 0; i < voice.size(); ++i) {
    heard[4 * 16'000 + i] = static_cast<std::int16_t>(heard[4 * 16'000 + i] + voice[i]);
  }
  const Samples left = cancel(*canceller, played, heard);
  CHECK(db(std::span(left).subspan(4 * 16'000, 16'000), voice) > -6);
}

TEST_CASE("a loudspeaker may have a rate of its own") {
  const auto canceller = EchoCanceller::create(16'000, 24'000);
  REQUIRE(canceller != nullptr);
  const auto tones = [](int rate) {
    Samples all(static_cast<std::size_t>(6 * rate));
    for (const double hertz : {310.0, 523.0, 1'117.0, 2'011.0}) {
      const Samples one = test::sine(hertz, rate, all.size(), 3'000);
      for (std::size_t i = 0; i < all.size(); ++i) {
        all[i] = static_cast<std::int16_t>(all[i] + one[i]);
      }
    }
    return all;
  };
  const Samples heard = echo_of(tones(16'000), 320);
  const Samples left = cancel(*canceller, tones(24'000), heard, 480);
  CHECK(db(std::span(left).subspan(3 * 16'000), std::span(heard).subspan(3 * 16'000)) < -15);
}

TEST_CASE("the same sounds give the same result, whatever was cancelled before") {
  const Samples played = test::noise(3 * 16'000, 8'000);
  const Samples heard = echo_of(played, 400);
  const auto run = [&] { return cancel(*EchoCanceller::create(16'000, 16'000), played, heard); };
  const Samples first = run();
  (void)cancel(*EchoCanceller::create(8'000, 16'000), heard, played);
  CHECK(run() == first);
}

#endif
