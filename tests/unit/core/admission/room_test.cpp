// How many sessions there is room for, after tasks were late.
#include "core/admission/room.h"

#include "support/catch.h"
#include "support/puppet_stand.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

// Late twice, with so many sessions.
Time late_with(Room& room, std::size_t sessions, Time now) {
  room.looked(Lateness::kWhole, sessions, now);
  room.looked(Lateness::kWhole, sessions, now + 50ms);
  return now + 50ms;
}

}  // namespace

TEST_CASE("one late moment is no crowd") {
  Room room;
  room.looked(Lateness::kWhole, 100, Time(1s));
  CHECK(room.has(101));
  room.looked(Lateness::kNone, 100, Time(2s));
  room.looked(Lateness::kWhole, 100, Time(7s));
  CHECK(room.has(101));
}

TEST_CASE("when tasks were late again and again, only those who leave are replaced") {
  Room room;
  late_with(room, 100, Time(1s));
  CHECK(room.has(100));
  CHECK_FALSE(room.has(101));
}

TEST_CASE("more are let in bit by bit while nothing is late") {
  Room room;
  Time now = late_with(room, 100, Time(1s));
  room.looked(Lateness::kNone, 100, now + 9s);
  CHECK_FALSE(room.has(101));
  for (const std::size_t most : {101U, 103U, 107U}) {
    now += Room::kCalm;
    room.looked(Lateness::kNone, 100, now);
    CHECK(room.has(most));
    CHECK_FALSE(room.has(most + 1));
  }
}

TEST_CASE("those who were one too many are not replaced") {
  Room room;
  Time now = late_with(room, 100, Time(1s));
  for (int i = 0; i < 2; ++i) room.looked(Lateness::kNone, 100, now += Room::kCalm);
  now = late_with(room, 103, now);
  CHECK(room.has(101));
  CHECK_FALSE(room.has(102));
  room.looked(Lateness::kNone, 103, now + Room::kCalm);
  CHECK(room.has(102));
  CHECK_FALSE(room.has(103));
}

TEST_CASE("when all has been calm for long, there is no limit") {
  Room room;
  const Time now = late_with(room, 10, Time(1s));
  for (int i = 1; i <= 5; ++i) room.looked(Lateness::kNone, 10, now + i * Room::kCalm);
  CHECK(room.has(1'000'000));
}

TEST_CASE("near the limit sessions come in one by one, until it is far away again") {
  Room room;
  Time now(1s);
  room.looked(Lateness::kHalf, 100, now);
  CHECK(room.has(200));
  room.looked(Lateness::kHalf, 100, now += 50ms);
  CHECK(room.has(100));
  CHECK_FALSE(room.has(101));
  room.looked(Lateness::kHalf, 100, now += Room::kPace);
  CHECK(room.has(101));
  CHECK_FALSE(room.has(102));
  room.looked(Lateness::kNone, 100, now += Room::kPace);  // nobody came: no more than one
  CHECK_FALSE(room.has(102));
  room.looked(Lateness::kNone, 101, now += Room::kCalm);
  CHECK(room.has(1'000));
}

TEST_CASE("who is careful near the limit stops at it") {
  Room room;
  Time now(1s);
  room.looked(Lateness::kHalf, 100, now);
  room.looked(Lateness::kHalf, 100, now += 50ms);
  now = late_with(room, 101, now + 100ms);
  room.looked(Lateness::kHalf, 101, now += Room::kPace);
  CHECK_FALSE(room.has(102));
  CHECK(room.has(100));
}
