#include "providers/stt/pocketsphinx/speech_start.h"

#include <initializer_list>
#include <utility>
#include <vector>

#include "support/catch.h"

using namespace voiceagent::pocketsphinx;

namespace {

// Frames of the levels, each so many times.
std::vector<Cepstrum> frames(std::initializer_list<std::pair<float, int>> levels) {
  std::vector<Cepstrum> made;
  for (const auto& [level, count] : levels) {
    Cepstrum frame{};
    frame[0] = level;
    made.insert(made.end(), static_cast<std::size_t>(count), frame);
  }
  return made;
}

// After how many frames speech was certain; 0: never.
int certain_after(SpeechStart& start, const std::vector<Cepstrum>& frames) {
  int count = 0;
  for (const Cepstrum& frame : frames) {
    ++count;
    if (start.add(frame)) return count;
  }
  return 0;
}

}  // namespace

TEST_CASE("nothing, silence and steady noise have no loud frames") {
  CHECK_FALSE(loud_range({}));
  CHECK_FALSE(loud_range(frames({{30, 1}})));
  CHECK_FALSE(loud_range(frames({{-100, 300}})));
  CHECK_FALSE(loud_range(frames({{50, 100}, {60, 100}, {52, 100}})));
}

TEST_CASE("loud frames are those far above the background") {
  const auto range = loud_range(frames({{30, 20}, {60, 5}, {30, 10}, {55, 5}, {44, 10}}));
  REQUIRE(range);
  CHECK(range->first == 20);
  CHECK(range->last == 39);
}

TEST_CASE("against digital silence, what is 22 dB below the loudest frame is not loud") {
  const auto range = loud_range(frames({{-100, 50}, {30, 20}, {60, 20}, {36, 5}, {-100, 5}}));
  REQUIRE(range);
  CHECK(range->first == 70);
  CHECK(range->last == 94);
}

TEST_CASE("speech is kept with 30 frames before and after it") {
  const auto inside = speech_range(frames({{30, 100}, {60, 50}, {30, 100}}));
  REQUIRE(inside);
  CHECK(inside->first == 70);
  CHECK(inside->last == 179);
  const auto all = speech_range(frames({{30, 10}, {60, 50}, {30, 10}}));
  REQUIRE(all);
  CHECK(all->first == 0);
  CHECK(all->last == 69);
}

TEST_CASE("speech is certain 40 frames after its beginning") {
  SpeechStart start;
  CHECK(certain_after(start, frames({{30, 50}, {60, 100}})) == 90);
  CHECK(start.dropped() == 0);
  CHECK(start.frames().size() == 90);
}

TEST_CASE("a pause in the first word doesn't put its certainty off") {
  SpeechStart start;
  CHECK(certain_after(start, frames({{30, 50}, {60, 5}, {30, 20}, {60, 50}})) == 90);
}

TEST_CASE("quiet before speech is dropped but for its last 60 frames") {
  SpeechStart start;
  CHECK(certain_after(start, frames({{30, 1'000}, {60, 100}})) == 1'040);
  CHECK(start.dropped() == 940);
  CHECK(start.frames().size() == 100);
}

TEST_CASE("steady noise never becomes speech, and takes no room") {
  SpeechStart start;
  CHECK(certain_after(start, frames({{50, 2'000}})) == 0);
  CHECK(start.frames().size() == 60);
  CHECK(start.dropped() == 1'940);
}

TEST_CASE("after a faint sound, speech begins where it is loud") {
  SpeechStart start;
  CHECK(certain_after(start, frames({{10, 50}, {26, 10}, {10, 20}, {60, 100}})) == 120);
}
