#include "providers/stt/pocketsphinx/mean_tracker.h"

#include <vector>

#include "support/catch.h"

using namespace voiceagent::pocketsphinx;

namespace {

Cepstrum frame(float level, float rest) {
  Cepstrum cepstrum;
  cepstrum.fill(rest);
  cepstrum[0] = level;
  return cepstrum;
}

MeanTracker after(const Cepstrum& prior, const Cepstrum& heard, int frames) {
  MeanTracker tracker(prior);
  for (int i = 0; i < frames; ++i) tracker.add(heard);
  return tracker;
}

}  // namespace

TEST_CASE("before anything was heard the mean is the prior") {
  const Cepstrum prior = frame(41, -3);
  CHECK(MeanTracker(prior).mean() == prior);
}

TEST_CASE("the prior counts as 50 frames, and as 10 for the level") {
  const Cepstrum mean = after(frame(40, 0), frame(60, 6), 50).mean();
  CHECK(mean[0] == Approx((40 * 10 + 60 * 50) / 60.0));
  CHECK(mean[1] == Approx(3));
  CHECK(mean[12] == Approx(3));
}

TEST_CASE("the mean arrives at what is heard") {
  const Cepstrum mean = after(frame(40, 0), frame(60, 6), 2'900).mean();
  CHECK(mean[0] == Approx(60).margin(0.1));
  CHECK(mean[7] == Approx(6).margin(0.2));
}

TEST_CASE("what was heard long ago is forgotten, without a leap") {
  MeanTracker tracker = after(frame(40, 0), frame(60, 6), 10'000);
  float before = tracker.mean()[1];
  for (int i = 0; i < 4'000; ++i) {
    tracker.add(frame(60, -6));
    CHECK(tracker.mean()[1] <= before);
    CHECK(before - tracker.mean()[1] < 0.01F);
    before = tracker.mean()[1];
  }
  CHECK(before < -2);  // the plain mean of all frames would be above 2
}

TEST_CASE("digital silence doesn't count") {
  const Cepstrum prior = frame(40, 1);
  CHECK(after(prior, frame(-100, 9), 100).mean() == prior);
  const std::vector<Cepstrum> silence(10, frame(-100, 9));
  CHECK(mean_of(silence, prior) == prior);
}

TEST_CASE("the mean of a whole utterance has nothing of the prior") {
  const std::vector<Cepstrum> frames{frame(50, 2), frame(-100, 9), frame(60, 4)};
  const Cepstrum mean = mean_of(frames, frame(0, 0));
  CHECK(mean[0] == Approx(55));
  CHECK(mean[1] == Approx(3));
  CHECK(mean_of({}, frame(40, 1)) == frame(40, 1));
}
