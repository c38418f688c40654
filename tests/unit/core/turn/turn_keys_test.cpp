// Keys beside the voice: each is a turn of its own, and one reply answers both.
#include "core/turn/turn_manager.h"

#include "support/catch.h"
#include "unit/core/turn/turn_desk.h"

using namespace voiceagent;
using namespace std::chrono_literals;
using test::contains;
using test::replying;
using test::TurnDesk;

TEST_CASE(
    "what is said while keys are pressed waits for them, and is answered together with them") {
  TurnDesk desk;
  desk.speech_started();
  CHECK(desk.step(TurnFact::kKey) == "set keys 2000");
  desk.pass(500ms);
  desk.speech_stopped();
  CHECK(contains(desk.pass(300ms), "flush"));
  CHECK(desk.final(3) == "cancel final, end 1");
  desk.pass(500ms);
  SECTION("until one key ends them") {
    CHECK(desk.step(TurnFact::kKey) == "set keys 3300");
    TurnInput last{TurnFact::kKey};
    last.last = true;
    CHECK(desk.step(last) == "cancel keys, end 2, reply 2");
  }
  SECTION("or no other one comes") { CHECK(desk.pass(700ms) == "cancel keys, end 2, reply 2"); }
  CHECK(desk.reply_ended(2) == "");
  CHECK(desk.broken == "");
}

TEST_CASE("a line typed while keys are pressed waits for them") {
  TurnDesk desk;
  desk.step(TurnFact::kKey);
  CHECK(desk.step(TurnFact::kTyped) == "end 2");
  CHECK(desk.pass(2s) == "cancel keys, end 1, reply 1");
  CHECK(desk.broken == "");
}

TEST_CASE(
    "keys over a reply that can't be interrupted: the turn that waits for it waits for them") {
  TurnOptions options = TurnDesk::fixed();
  options.interruption = InterruptionMode::kHost;
  TurnDesk desk = replying(options);
  desk.speech_started();
  desk.pass(500ms);
  desk.speech_stopped();
  desk.pass(300ms);
  CHECK(desk.final(2) == "cancel final, end 2");
  CHECK(desk.step(TurnFact::kKey) == "set keys " + std::to_string((desk.now + 2s) / 1ms));
  CHECK(desk.reply_ended(1) == "");
  CHECK(desk.pass(2s) == "cancel keys, end 3, reply 3");
  CHECK(desk.broken == "");
}

TEST_CASE("the host ends the user's turn: the voice's and the keys'") {
  TurnDesk desk;
  desk.speech_started();
  desk.pass(500ms);
  desk.step(TurnFact::kKey);
  CHECK(
      desk.step(TurnFact::kCommit) ==
      "cancel max, hear anew, flush, set final 2500, cancel keys, end 2, reply 2, hold, set judge "
      "2000");
  CHECK(desk.final(2) == "cancel judge, interrupt 2 by 1, cancel final, end 1, reply 1");
  CHECK(desk.broken == "");
}

TEST_CASE("a key drops the reply that was being prepared") {
  TurnOptions options = TurnDesk::fixed();
  options.preemptive_replies = 3;
  TurnDesk desk(options);
  desk.perceived.completeness = 0.9F;
  desk.speech_started();
  desk.pass(500ms);
  desk.partial(3);
  CHECK(contains(desk.speech_stopped(), "draft 1"));
  CHECK(desk.step(TurnFact::kKey) == "drop draft, set keys 2500");
  CHECK(desk.partial(4) == "set end 800");
  CHECK(desk.broken == "");
}
