#include "core/speech/playout_clock.h"

#include "support/catch.h"

using namespace voiceagent;
using namespace std::chrono_literals;

namespace {

constexpr int kRate = 16'000;
constexpr std::int64_t kFrame = 320;        // 20 ms
constexpr std::int64_t kLead = 6 * kFrame;  // 120 ms
std::int64_t at(Duration d) { return duration_to_samples(d, kRate); }

// Sends whatever is due, as a speaker with plenty of audio does; returns the new end.
std::int64_t send_due(PlayoutClock& clock, Duration now) {
  while (clock.due(kFrame, kLead) <= now) clock.send(clock.sent() + kFrame, now);
  return clock.sent();
}

}  // namespace

TEST_CASE("a player that never reports plays without gaps from the delay after the first frame") {
  PlayoutClock clock(kRate, 50ms);
  clock.send(at(100ms), 1s);
  CHECK(clock.heard(1s) == 0);
  CHECK(clock.heard(1s + 50ms) == 0);
  CHECK(clock.heard(1s + 90ms) == at(40ms));
  CHECK(clock.heard(1s + 150ms) == at(100ms));
  CHECK(clock.heard(5s) == at(100ms));  // no more than was sent
}

TEST_CASE("what comes after a pause is played from then on, not from the first frame") {
  PlayoutClock clock(kRate, 0ms);
  clock.send(at(100ms), 0ms);
  CHECK(clock.heard(10s) == at(100ms));
  clock.send(at(200ms), 10s);
  CHECK(clock.heard(10s) == at(100ms));
  CHECK(clock.heard(10s + 30ms) == at(130ms));
}

TEST_CASE("reports decide what was heard") {
  PlayoutClock clock(kRate, 0ms);
  clock.send(at(400ms), 0ms);
  clock.report(at(20ms), 200ms);
  CHECK(clock.heard(200ms) == at(20ms));
  CHECK(clock.heard(300ms) == at(20ms));
  clock.report(at(150ms), 320ms);
  CHECK(clock.heard(320ms) == at(150ms));
}

TEST_CASE("heard never goes back, whatever is reported") {
  PlayoutClock clock(kRate, 0ms);
  clock.send(at(400ms), 0ms);
  clock.report(at(200ms), 210ms);
  CHECK(clock.heard(210ms) == at(200ms));
  clock.report(at(50ms), 220ms);
  CHECK(clock.heard(220ms) == at(200ms));
  clock.report(-7, 230ms);
  CHECK(clock.heard(230ms) == at(200ms));
}

TEST_CASE("a report beyond what was sent counts as all of it") {
  PlayoutClock clock(kRate, 0ms);
  clock.send(at(100ms), 0ms);
  clock.report(at(10s), 40ms);
  CHECK(clock.heard(40ms) == at(100ms));
  clock.send(at(200ms), 50ms);
  CHECK(clock.heard(50ms) == at(100ms));  // and not as what comes later
}

TEST_CASE("after 500 ms without a report the clock takes over") {
  PlayoutClock clock(kRate, 0ms);
  clock.send(at(2s), 0ms);
  clock.report(at(100ms), 120ms);
  CHECK(clock.heard(619ms) == at(100ms));
  CHECK(clock.heard(620ms) == at(600ms));  // 100 ms, and 500 since
  clock.report(at(700ms), 800ms);          // reports again: it is further by what it says
  CHECK(clock.heard(800ms) == at(700ms));
}

TEST_CASE("the sending keeps its lead and no more") {
  PlayoutClock clock(kRate, 0ms);
  CHECK(send_due(clock, 1s) == kLead);
  CHECK(send_due(clock, 1s + 19ms) == kLead);
  CHECK(send_due(clock, 1s + 20ms) == kLead + kFrame);
  CHECK(send_due(clock, 1s + 100ms) == kLead + 5 * kFrame);
  // The player ran dry: it gets its lead anew.
  CHECK(send_due(clock, 5s) == 2 * kLead + 5 * kFrame);
}

TEST_CASE("a player far away is not starved by the lateness of its reports") {
  const Duration round_trip = GENERATE(0ms, 80ms, 240ms, 800ms);
  PlayoutClock clock(kRate, 0ms);
  for (Duration now{0}; now <= 3s; now += 20ms) {
    if (now > round_trip) clock.report(at(now - round_trip), now);
    REQUIRE(send_due(clock, now) == kLead + at(now));
  }
}

TEST_CASE("the sending does not run away from a player that has stopped") {
  PlayoutClock clock(kRate, 0ms);
  for (Duration now{0}; now <= 10s; now += 20ms) {
    // It plays half as fast as it should.
    clock.report(at(now / 2), now);
    REQUIRE(send_due(clock, now) <= at(now / 2) + kLead + at(1s) + kFrame);
  }
}

TEST_CASE("after a flush nothing is waiting, and late reports about before are no news of now") {
  PlayoutClock clock(kRate, 0ms);
  clock.send(at(400ms), 0ms);
  clock.report(at(100ms), 100ms);
  clock.flush(100ms);
  CHECK(clock.estimate(150ms) == at(400ms));
  clock.send(at(500ms), 300ms);
  CHECK(clock.estimate(300ms) == at(400ms));
  clock.report(at(180ms), 310ms);  // was under way when the flush was sent
  CHECK(clock.estimate(310ms) == at(410ms));
  clock.report(at(420ms), 330ms);
  CHECK(clock.estimate(330ms) == at(420ms));
}

TEST_CASE("a player whose audio was taken back is not taken to have played it, however long ago") {
  PlayoutClock clock(kRate, 0ms);
  clock.send(at(400ms), 0ms);
  clock.report(at(100ms), 150ms);
  clock.flush(200ms);
  CHECK(clock.heard(2s) == at(100ms));
  clock.report(at(120ms), 2s);  // it had got a little further
  CHECK(clock.heard(3s) == at(120ms));
}

TEST_CASE("a player that never reports has played what it could before its audio was taken back") {
  PlayoutClock clock(kRate, 0ms);
  clock.send(at(400ms), 0ms);
  clock.flush(150ms);
  CHECK(clock.heard(2s) == at(150ms));
}

TEST_CASE("silence is when all was taken back, or what was left had been played") {
  PlayoutClock clock(kRate, 0ms);
  clock.send(at(400ms), 0ms);
  SECTION("in the middle") {
    clock.flush(150ms);
    CHECK(clock.silent_at() == 150ms);
  }
  SECTION("after all of it") {
    CHECK(clock.silent_at() == 400ms);
    clock.flush(600ms);
    CHECK(clock.silent_at() == 400ms);
  }
  SECTION("later, as a player far away tells") {
    clock.report(at(100ms), 190ms);
    clock.flush(200ms);
    clock.report(at(150ms), 240ms);  // it was taken to be at 110 ms
    CHECK(clock.silent_at() == 240ms);
    clock.send(at(500ms), 800ms);
    CHECK(clock.silent_at() == 900ms);
  }
}

TEST_CASE("where a player was when its audio was taken back is known once its reports stop") {
  PlayoutClock clock(kRate, 0ms);
  clock.send(at(400ms), 0ms);
  clock.report(at(100ms), 190ms);
  CHECK(clock.settled_at() == 0ms);  // nothing was taken back
  clock.flush(200ms);
  CHECK(clock.settled_at() == 250ms);
  clock.report(at(120ms), 210ms);
  CHECK(clock.settled_at() == 270ms);
  std::int64_t reported = at(120ms);
  for (Duration now = 250ms; now <= 690ms; now += 40ms) clock.report(++reported, now);
  CHECK(clock.settled_at() == 700ms);  // one that reports for ever keeps nobody waiting
}

TEST_CASE("a player that has told all, or never tells, keeps nobody waiting") {
  PlayoutClock silent(kRate, 0ms);
  silent.send(at(400ms), 0ms);
  silent.flush(100ms);
  CHECK(silent.settled_at() <= 100ms);
  PlayoutClock done(kRate, 0ms);
  done.send(at(100ms), 0ms);
  done.flush(90ms);
  done.report(at(100ms), 95ms);
  CHECK(done.settled_at() == 0ms);
}
