// What the recogniser says of a turn's end, and what is done when it says nothing.
#include "core/turn/turn_manager.h"

#include "support/catch.h"
#include "unit/core/turn/turn_desk.h"

using namespace voiceagent;
using namespace std::chrono_literals;
using test::contains;
using test::TurnDesk;

TEST_CASE("a recogniser with an opinion may end the user's turn") {
  TurnDesk desk;
  desk.speech_started();
  desk.pass(700ms);
  CHECK(contains(desk.step(TurnFact::kRecogniserSaysEnd), "hear anew, flush"));
  CHECK(desk.state().reason == TurnEndReason::kProvider);
  SECTION("a voice that goes on, be it noise, doesn't take that back") {
    desk.pass(60ms);
    CHECK(desk.speech_started() == "");
    CHECK(contains(desk.final(2), "cancel final, end 1, reply 1, start 2"));
  }
  SECTION("but the recogniser may: then who went on has gone on with the turn") {
    desk.pass(60ms);
    desk.speech_started();
    CHECK(desk.step(TurnFact::kRecogniserTakesBack) == "cancel final, set max 60000, resume");
    CHECK(desk.final(2) == "");
    desk.pass(500ms);
    desk.speech_stopped();
    desk.pass(300ms);
    CHECK(desk.final(4) == "cancel final, end 1, reply 1");
  }
  SECTION("... or has said it all by then") {
    desk.speech_started();
    desk.pass(100ms);
    desk.speech_stopped();
    CHECK(desk.step(TurnFact::kRecogniserTakesBack) ==
          "cancel final, set max 60000, resume, pause 1, set end 1100");
  }
  SECTION("... or goes on with it later") {
    CHECK(desk.step(TurnFact::kRecogniserTakesBack) == "");
    CHECK(desk.speech_started() == "cancel final, set max 60000, resume");
  }
  SECTION("who goes on when it is being answered, interrupts") {
    desk.final(2);
    CHECK(contains(desk.speech_started(), "start 2"));
    CHECK(desk.pass(400ms) == "interrupt 1 by 2");
  }
  CHECK(desk.broken == "");
}

TEST_CASE("a recogniser that ends the turn in a pause: who goes on goes on with it") {
  TurnDesk desk;
  desk.speech_started();
  desk.pass(700ms);
  desk.speech_stopped();
  CHECK(contains(desk.step(TurnFact::kRecogniserSaysEnd), "flush"));
  CHECK(desk.speech_started() == "cancel final, set max 60000, resume");
  CHECK(desk.broken == "");
}

TEST_CASE("what a recogniser says of a pause doesn't end the turn of who has just gone on") {
  TurnDesk desk;
  desk.speech_started();
  desk.pass(700ms);
  desk.speech_stopped();
  desk.pass(100ms);
  desk.speech_started();
  desk.pass(499ms);
  CHECK(desk.step(TurnFact::kRecogniserSaysEnd) == "");
  SECTION("unless it still says so when the voice is off again") {
    CHECK(desk.speech_stopped() == "pause 1, set end 1299");
    CHECK(contains(desk.pass(1ms), "flush"));
  }
  SECTION("it may be noise that goes on") {
    desk.pass(1ms);
    CHECK(contains(desk.step(TurnFact::kRecogniserSaysEnd), "flush"));
  }
  CHECK(desk.broken == "");
}

TEST_CASE("push-to-talk: a recogniser with an opinion ends no turn") {
  TurnOptions manual = TurnDesk::fixed();
  manual.manual_end = true;
  TurnDesk desk(manual);
  desk.speech_started();
  desk.pass(700ms);
  desk.partial(2);
  CHECK(desk.step(TurnFact::kRecogniserSaysEnd) == "");
  desk.speech_stopped();
  CHECK_FALSE(contains(desk.step(TurnFact::kRecogniserSaysEnd), "flush"));
  CHECK_FALSE(contains(desk.pass(10s), "flush"));
  CHECK(contains(desk.step(TurnFact::kCommit), "flush"));
  CHECK(desk.state().reason == TurnEndReason::kCommitted);
  CHECK(desk.broken == "");
}

TEST_CASE("a strategy weighs what the recogniser says of the turn's end") {
  struct Careful : EndOfTurnStrategy {
    EndOfTurnDecision decide(const TurnSnapshot& now) const override {
      return {now.recogniser_says_end ? 500ms : 2s, false};
    }
  };
  TurnDesk desk(TurnDesk::fixed(), {}, std::make_shared<Careful>());
  desk.speech_started();
  desk.pass(700ms);
  CHECK(desk.step(TurnFact::kRecogniserSaysEnd) == "");  // the voice is on
  SECTION("said before the voice was known to be off") {
    CHECK(desk.speech_stopped() == "pause 1, set end 1200");
  }
  SECTION("taken back") {
    desk.step(TurnFact::kRecogniserTakesBack);
    CHECK(desk.speech_stopped() == "pause 1, set end 2700");
    CHECK(desk.step(TurnFact::kRecogniserSaysEnd) == "set end 1200");
    CHECK(desk.step(TurnFact::kRecogniserTakesBack) == "set end 2700");
  }
  SECTION("and the user went on") {
    desk.speech_stopped();
    desk.speech_started();
    CHECK(desk.speech_stopped() == "pause 1, set end 2700");
  }
  SECTION("late enough") {
    desk.step(TurnFact::kRecogniserTakesBack);
    desk.speech_stopped();
    desk.pass(600ms);
    CHECK(contains(desk.step(TurnFact::kRecogniserSaysEnd), "flush"));
    CHECK(desk.state().reason == TurnEndReason::kProvider);
  }
  CHECK(desk.broken == "");
}

TEST_CASE("settled words that never come: the partial ones count, and the stream is replaced") {
  TurnDesk desk;
  desk.speech_started();
  desk.partial(3);
  desk.speech_stopped();
  desk.pass(300ms);
  CHECK(desk.pass(1'999ms) == "");
  CHECK(desk.pass(1ms) == "restart, cancel final, end 1, reply 1");
}

TEST_CASE("settled words that never come after no partial ones: the turn is dropped") {
  TurnDesk desk;
  desk.speech_started();
  desk.speech_stopped();
  CHECK(contains(desk.pass(2'300ms), "restart, cancel final, drop 1"));
}

TEST_CASE("a recogniser that fails in mid-turn ends it there and then") {
  TurnDesk desk;
  desk.now = 1s;
  desk.speech_started();
  desk.pass(500ms);
  SECTION("with what was understood") {
    desk.partial(2);
    CHECK(desk.step(TurnFact::kRecogniserFailed) ==
          "cancel max, hear anew, cancel final, end 1, reply 1");
    CHECK(desk.state().speech_end == 1'500ms);
    CHECK(desk.state().decided == 1'500ms);
    CHECK(desk.state().reason == TurnEndReason::kProvider);
  }
  SECTION("with nothing") {
    CHECK(desk.step(TurnFact::kRecogniserFailed) == "cancel max, cancel final, drop 1");
  }
  SECTION("while nobody speaks, nothing") {
    desk.speech_stopped();
    desk.pass(300ms);
    desk.final(1);
    CHECK(desk.step(TurnFact::kRecogniserFailed) == "");
  }
  CHECK(desk.broken == "");
}

TEST_CASE("a voice at which the recogniser has failed is not listened to again before it ends") {
  TurnDesk desk;
  desk.speech_started();
  REQUIRE(desk.step(TurnFact::kRecogniserFailed) == "cancel max, cancel final, drop 1");
  REQUIRE(desk.step(TurnFact::kAgentSpeaks) == "speak 2");  // an apology
  CHECK(desk.reply_ended(2) == "");
  desk.pass(1s);
  desk.speech_stopped();
  CHECK(contains(desk.speech_started(), "start 3"));
  CHECK(desk.broken == "");
}

TEST_CASE("a recogniser that fails after the decision does not move the decision") {
  TurnDesk desk;
  desk.speech_started();
  desk.partial(2);
  desk.pass(500ms);
  desk.speech_stopped();
  desk.pass(300ms);
  desk.pass(100ms);
  CHECK(desk.step(TurnFact::kRecogniserFailed) == "cancel final, end 1, reply 1");
  CHECK(desk.state().decided == 800ms);
  CHECK(desk.state().reason == TurnEndReason::kSilence);
}
