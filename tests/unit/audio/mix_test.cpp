#include "audio/mix.h"

#include "support/catch.h"
#include "support/signals.h"

using namespace voiceagent;
using namespace voiceagent::test;

TEST_CASE("interleaving alternates the tracks, left first") {
  Samples stereo(6);
  interleave(Samples{1, 2, 3}, Samples{-1, -2, -3}, stereo);
  CHECK(stereo == Samples{1, -1, 2, -2, 3, -3});
}

TEST_CASE("downmixing averages the channels and rounds") {
  Samples mono(3);
  downmix(Samples{32767, 32767, -32768, -32768, 1, 2}, 2, mono);
  CHECK(mono == Samples{32767, -32768, 2});
  Samples one(2);
  downmix(Samples{3, 3, 6, -3, -3, -6}, 3, one);
  CHECK(one == Samples{4, -4});
}

TEST_CASE("a sum beyond full scale is clipped") {
  Samples sum{32767, -32768, 100, 20000};
  add_saturated(sum, Samples{1, -1, -300, 20000});
  CHECK(sum == Samples{32767, -32768, -200, 32767});
}

TEST_CASE("gain multiplies, rounds and clips") {
  Samples samples{100, -3, 30000, -30000, 0};
  apply_gain(samples, 1.5f);
  CHECK(samples == Samples{150, -4, 32767, -32768, 0});
  CHECK(db_to_gain(0) == Approx(1));
  CHECK(db_to_gain(-20) == Approx(0.1));
  CHECK(db_to_gain(6.0206f) == Approx(2));
}

TEST_CASE("levels are decibels below full scale") {
  const Level full = measure_level(sine(1000, 16000, 16000, 32767));
  CHECK(full.peak_dbfs == Approx(0).margin(0.01));
  CHECK(full.rms_dbfs == Approx(-3.01).margin(0.01));
  const Level square = measure_level(Samples{-32768, -32768});
  CHECK(square.peak_dbfs == 0);
  CHECK(square.rms_dbfs == 0);
  CHECK(measure_level(Samples{3277, 0, 0, 0}).rms_dbfs == Approx(-26.02).margin(0.01));
}

TEST_CASE("silence has a level too") {
  CHECK(measure_level({}).rms_dbfs == kSilenceDbfs);
  CHECK(measure_level(Samples(100)).peak_dbfs == kSilenceDbfs);
}
