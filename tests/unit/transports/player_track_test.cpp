#include "transports/inprocess/player_track.h"

#include <cstdint>
#include <vector>

#include "support/catch.h"

namespace {

using Samples = std::vector<std::int16_t>;

Samples taken(voiceagent::PlayerTrack& track, std::size_t count) {
  Samples samples(count);
  track.take(samples);
  return samples;
}

}  // namespace

TEST_CASE("frames that come early are played back to back") {
  voiceagent::PlayerTrack track;
  track.play(2, 0, Samples{1, 2, 3});
  track.play(3, 3, Samples{4, 5});
  CHECK(track.end() == 7);
  CHECK(taken(track, 9) == Samples{0, 0, 1, 2, 3, 4, 5, 0, 0});
}

TEST_CASE("a frame that comes late starts when it comes") {
  voiceagent::PlayerTrack track;
  track.play(0, 0, Samples{1, 2});
  track.play(4, 2, Samples{3});
  CHECK(taken(track, 5) == Samples{1, 2, 0, 0, 3});
}

TEST_CASE("a flush drops what has not been played and keeps what has") {
  voiceagent::PlayerTrack track;
  track.play(0, 0, Samples{1, 2, 3, 4});
  track.flush(2);
  CHECK(track.end() == 2);
  track.play(5, 4, Samples{9});
  CHECK(taken(track, 6) == Samples{1, 2, 0, 0, 0, 9});
}

TEST_CASE("the played position follows the time, and skips what a flush dropped") {
  voiceagent::PlayerTrack track;
  track.play(10, 0, Samples(8, 1));
  track.play(10, 8, Samples(8, 1));
  CHECK(track.played(10) == 0);
  CHECK(track.played(15) == 5);
  track.flush(20);
  CHECK(track.played(30) == 10);
  track.play(40, 16, Samples(4, 1));
  CHECK(track.played(40) == 10);
  CHECK(track.played(42) == 18);
  CHECK(track.played(99) == 20);
}

TEST_CASE("taking in pieces gives the same track as taking at once") {
  voiceagent::PlayerTrack track;
  track.play(1, 0, Samples{1, 2, 3});
  CHECK(taken(track, 2) == Samples{0, 1});
  CHECK(taken(track, 1) == Samples{2});
  track.play(3, 3, Samples{4});
  CHECK(taken(track, 3) == Samples{3, 4, 0});
  track.play(6, 4, Samples{5});
  CHECK(taken(track, 1) == Samples{5});
}
