#include "providers/vad/energy/energy_vad.h"

#include <cmath>

#include "support/catch.h"
#include "support/signals.h"

using namespace voiceagent;

namespace {

std::unique_ptr<VadStream> make(const Options& given = {}) {
  const Result<Options> options = check_options(energy_vad_info().options, given);
  return make_energy_vad(options.value(), {}).value()->start({}).value();
}

// A square wave of that level against full scale: its power is exact in every frame.
test::Samples square(double db, int frames) {
  const auto level = static_cast<std::int16_t>(std::lround(32768.0 * std::pow(10.0, db / 20.0)));
  test::Samples samples(static_cast<std::size_t>(frames) * 160);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] = static_cast<std::int16_t>(i % 2 == 0 ? level : -level);
  }
  return samples;
}

// The last likelihood after hearing all of it.
float hear(VadStream& vad, const test::Samples& samples) {
  float likelihood = 0;
  for (std::size_t at = 0; at + 160 <= samples.size(); at += 160) {
    likelihood = vad.process(std::span(samples).subspan(at, 160));
  }
  return likelihood;
}

}  // namespace

TEST_CASE("energy vad: speech is what is louder than the noise by the threshold") {
  const auto vad = make(Options().set("threshold_db", 10.0));
  hear(*vad, square(-50, 100));
  CHECK(hear(*vad, square(-41, 1)) < 0.5F);
  CHECK(hear(*vad, square(-39, 1)) > 0.5F);
  CHECK(hear(*vad, square(-25, 1)) == 1.0F);
  CHECK(hear(*vad, square(-55, 1)) == 0.0F);
}

TEST_CASE("energy vad: nothing below the least level is speech") {
  const auto vad = make(Options().set("min_level_db", -40.0));
  hear(*vad, square(-80, 100));
  CHECK(hear(*vad, square(-41, 1)) < 0.5F);
  CHECK(hear(*vad, square(-39, 1)) > 0.5F);
}

TEST_CASE("energy vad: noise that stays is learnt, a sentence is not") {
  const auto vad = make();
  hear(*vad, square(-60, 100));
  CHECK(hear(*vad, square(-35, 300)) > 0.5F);   // 3 s
  CHECK(hear(*vad, square(-35, 1200)) < 0.5F);  // 15 s
}

TEST_CASE("energy vad: a quieter place is learnt at once") {
  const auto vad = make();
  hear(*vad, square(-35, 1500));
  hear(*vad, square(-70, 30));
  CHECK(hear(*vad, square(-45, 1)) > 0.5F);
}

TEST_CASE("energy vad: a stream that begins with speech hears it") {
  const auto vad = make();
  CHECK(hear(*vad, square(-25, 1)) > 0.5F);
}

TEST_CASE("energy vad: a constant offset is not loud") {
  const auto vad = make();
  CHECK(hear(*vad, test::Samples(1600, 20'000)) == 0.0F);
}

TEST_CASE("energy vad: a frame of another length is no speech and disturbs nothing") {
  const auto vad = make();
  hear(*vad, square(-50, 10));
  CHECK(vad->process(square(0, 2)) == 0.0F);
  CHECK(vad->process({}) == 0.0F);
  CHECK(hear(*vad, square(-25, 1)) > 0.5F);
}
