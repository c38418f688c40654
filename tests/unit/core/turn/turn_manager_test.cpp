// One test for each rule in docs/design/turn-taking.md.
#include "core/turn/turn_manager.h"

#include "support/catch.h"
#include "unit/core/turn/turn_desk.h"

using namespace voiceagent;
using namespace std::chrono_literals;
using test::contains;
using test::replying;
using test::TurnDesk;

TEST_CASE("a turn begins with speech, ends after silence, and is answered when its words settle") {
  TurnDesk desk;
  desk.now = 1s;
  CHECK(desk.speech_started() == "start 1, set max 61000");
  desk.pass(500ms);
  CHECK(desk.speech_stopped() == "pause 1, set end 1800");
  CHECK(desk.pass(299ms) == "");
  CHECK(desk.pass(1ms) == "cancel end, cancel max, flush, set final 3800");
  CHECK(desk.final(2) == "cancel final, end 1, reply 1");
  CHECK(desk.state().speech_end == 1'500ms);
  CHECK(desk.state().decided == 1'800ms);
  CHECK(desk.reply_ended(1) == "");
  CHECK(desk.state().agent == AgentPhase::kIdle);
  CHECK(desk.broken == "");
}

TEST_CASE("silence counts from the end of the speech, not from its discovery") {
  TurnDesk desk;
  desk.now = 1s;
  desk.speech_started();
  desk.now = 2s;
  TurnInput stopped{TurnFact::kSpeechStopped};
  stopped.at = 1'900ms;
  CHECK(desk.step(stopped) == "pause 1, set end 2200");
  TurnDesk late;
  late.speech_started();
  late.now = 2s;
  stopped.at = 1s;  // discovered when the turn should have been over already
  CHECK(late.step(stopped) == "pause 1, set end 2000");
}

TEST_CASE("a turn does not end while the user may just be going on, for 200 ms at most") {
  TurnDesk desk;
  desk.speech_started();
  desk.pass(500ms);
  desk.speech_stopped();
  desk.perceived.stirring = true;
  CHECK(desk.pass(300ms) == "set end 820");
  SECTION("it was speech") {
    desk.pass(10ms);
    CHECK(desk.speech_started() == "cancel end");
  }
  SECTION("it was not") {
    desk.perceived.stirring = false;
    CHECK(contains(desk.pass(20ms), "flush"));
  }
  SECTION("it is never either") {
    CHECK_FALSE(contains(desk.pass(199ms), "flush"));
    CHECK(contains(desk.pass(1ms), "flush"));
  }
  CHECK(desk.broken == "");
}

TEST_CASE("a pause inside a thought does not end the turn") {
  TurnDesk desk;
  desk.speech_started();
  desk.pass(500ms);
  desk.speech_stopped();
  desk.pass(200ms);
  CHECK(desk.speech_started() == "cancel end");
  desk.pass(500ms);
  desk.speech_stopped();
  CHECK(contains(desk.pass(300ms), "flush"));
  CHECK(desk.final(5) == "cancel final, end 1, reply 1");
}

TEST_CASE("the user may go on while the settled words are awaited: it stays one turn") {
  TurnDesk desk;
  desk.speech_started();
  desk.pass(500ms);
  desk.speech_stopped();
  desk.pass(300ms);
  REQUIRE(desk.state().user == UserPhase::kFinalizing);
  CHECK(desk.speech_started() == "cancel final, set max 60000, resume");
  CHECK(desk.final(2) == "");  // the answer to the first flush
  desk.pass(400ms);
  desk.speech_stopped();
  CHECK(contains(desk.pass(300ms), "flush"));
  CHECK(desk.final(4) == "cancel final, end 1, reply 1");
  CHECK(desk.broken == "");
}

TEST_CASE("a sound without words is forgotten") {
  TurnDesk desk;
  desk.speech_started();
  desk.pass(100ms);
  desk.speech_stopped();
  desk.pass(300ms);
  CHECK(desk.final(0) == "cancel final, drop 1");
  CHECK(desk.state().user == UserPhase::kSilent);
  CHECK(desk.timers() == 0);
}

TEST_CASE("a typed line is a turn of its own and interrupts") {
  TurnDesk desk = replying();
  CHECK(desk.step(TurnFact::kTyped) == "interrupt 1 by 2, end 2, reply 2");
  CHECK(desk.state().agent_turn == 2);
  CHECK(desk.broken == "");
}

TEST_CASE("a line typed while speaking is answered when the sound turns out to be nothing") {
  TurnDesk desk;
  desk.speech_started();
  desk.pass(100ms);
  CHECK(desk.step(TurnFact::kTyped) == "end 2, reply 2, hold, set judge 400");
  desk.speech_stopped();
  desk.pass(300ms);
  CHECK(desk.final(0) == "cancel final, cancel judge, drop 1, release");
  CHECK(desk.state().agent_turn == 2);
  CHECK(desk.broken == "");
}

TEST_CASE("a line typed while the spoken words settle is held until they have") {
  TurnDesk desk;
  desk.speech_started();
  desk.pass(500ms);
  desk.speech_stopped();
  desk.pass(300ms);
  CHECK(desk.step(TurnFact::kTyped) == "end 2, reply 2, hold, set judge 2300");
  CHECK(desk.final(3) == "cancel judge, interrupt 2 by 1, cancel final, end 1, reply 1");
  CHECK(desk.broken == "");
}

TEST_CASE("the host may end the user's turn") {
  TurnDesk desk;
  desk.speech_started();
  desk.pass(700ms);
  CHECK(contains(desk.step(TurnFact::kCommit), "flush"));
  CHECK(desk.state().speech_end == 700ms);
  CHECK(desk.state().reason == TurnEndReason::kCommitted);
  CHECK(desk.step(TurnFact::kCommit) == "");  // it is over already
  CHECK(desk.final(2) == "cancel final, end 1, reply 1");
  CHECK(desk.step(TurnFact::kCommit) == "");  // nobody speaks
  CHECK(desk.broken == "");
}

TEST_CASE("what is said after the host ended the turn is heard next, and may interrupt") {
  TurnDesk desk;
  desk.now = 1s;
  desk.speech_started();
  desk.pass(700ms);
  CHECK(contains(desk.step(TurnFact::kCommit), "hear anew, flush"));
  SECTION("nothing") {
    CHECK(desk.final(2) == "cancel final, end 1, reply 1");
    CHECK(desk.state().user == UserPhase::kSilent);
  }
  SECTION("while its words are awaited") {
    desk.pass(100ms);
    CHECK(desk.speech_started() == "");
    desk.pass(100ms);
    CHECK(desk.final(2) ==
          "cancel final, end 1, reply 1, start 2, set max 61800, hold, set judge 2200");
    CHECK(desk.state().utterance_start == 1'800ms);
    CHECK(desk.pass(300ms) == "interrupt 1 by 2");
  }
  SECTION("and over, before they came") {
    desk.pass(100ms);
    desk.speech_started();
    desk.pass(200ms);
    CHECK(desk.speech_stopped() == "");
    desk.pass(50ms);
    CHECK(desk.final(2) ==
          "cancel final, end 1, reply 1, start 2, set max 61800, hold, set judge 2200, pause 2, "
          "set judge 3550, set end 2300");
    CHECK(desk.state().speech_end == 2s);
  }
  SECTION("when they have come") {
    desk.final(2);
    CHECK(contains(desk.speech_started(), "start 2"));
    CHECK(desk.pass(400ms) == "interrupt 1 by 2");
  }
  SECTION("unless voice input has been switched off") {
    desk.speech_started();
    desk.step(TurnFact::kVoiceInputOff);
    CHECK(desk.final(2) == "cancel final, end 1, reply 1");
  }
  CHECK(desk.broken == "");
}

TEST_CASE("a back-channel that the host took for a turn, and more: the rest is heard at once") {
  TurnDesk desk = replying();
  desk.speech_started();
  desk.pass(200ms);
  desk.step(TurnFact::kCommit);
  desk.speech_started();
  desk.perceived.back_channel = true;
  CHECK(contains(desk.final(1), "drop 2, release, start 3"));
  CHECK(desk.broken == "");
}

TEST_CASE("an utterance is ended at its limit, and a turn that goes on does not get another") {
  TurnDesk desk;
  desk.speech_started();
  CHECK(desk.pass(59'999ms) == "");
  CHECK(contains(desk.pass(1ms), "flush"));
  CHECK(desk.state().reason == TurnEndReason::kLimit);
  SECTION("at the limit") { CHECK(contains(desk.final(90), "end 1, reply 1")); }
  SECTION("going on after it") {
    CHECK(desk.speech_started() == "");
    CHECK(contains(desk.final(90), "end 1, reply 1, start 2"));
  }
}

TEST_CASE("a turn that goes on after its end was decided is still limited") {
  TurnDesk desk;
  desk.speech_started();
  desk.pass(10s);
  desk.speech_stopped();
  desk.pass(300ms);
  REQUIRE(desk.state().user == UserPhase::kFinalizing);
  desk.speech_started();
  desk.final(10);
  CHECK(contains(desk.pass(50s), "flush"));
  CHECK(desk.now == 60'300ms);
  CHECK(desk.state().reason == TurnEndReason::kLimit);
}

TEST_CASE("push-to-talk: a sound without words is dropped after a few seconds, words are kept") {
  TurnOptions manual = TurnDesk::fixed();
  manual.manual_end = true;
  TurnDesk desk(manual);
  desk.speech_started();
  desk.pass(200ms);
  CHECK(desk.speech_stopped() == "pause 1, set end 3200");
  desk.step(TurnFact::kAgentSpeaks);
  CHECK_FALSE(contains(desk.pass(2'999ms), "flush"));
  CHECK(contains(desk.pass(1ms), "flush"));
  SECTION("it was a cough") { CHECK(desk.final(0) == "cancel final, drop 1, speak 2"); }
  SECTION("the recogniser had not told of its words") {
    CHECK(desk.final(2) == "cancel final, set max 60000, resume, set end 86400200");
    CHECK(desk.state().user == UserPhase::kTrailing);
    CHECK(desk.pass(10s) == "");
    CHECK(contains(desk.step(TurnFact::kCommit), "flush"));
    CHECK(contains(desk.final(2), "end 1, reply 1"));
  }
  SECTION("and the host ends the turn just then") {
    CHECK(desk.step(TurnFact::kCommit) == "");
    CHECK(desk.final(2) == "cancel final, end 1, reply 1");
    CHECK(desk.state().reason == TurnEndReason::kCommitted);
  }
  CHECK(desk.broken == "");
}

TEST_CASE("voice input off ends the turn with what was said so far") {
  TurnDesk desk;
  desk.speech_started();
  desk.pass(500ms);
  SECTION("in mid-word") { CHECK(contains(desk.step(TurnFact::kVoiceInputOff), "flush")); }
  SECTION("in the pause after") {
    desk.speech_stopped();
    CHECK(contains(desk.step(TurnFact::kVoiceInputOff), "flush"));
  }
  SECTION("when the turn is over already") {
    desk.speech_stopped();
    desk.pass(300ms);
    CHECK(desk.step(TurnFact::kVoiceInputOff) == "");
  }
  CHECK(desk.final(2) == "cancel final, end 1, reply 1");
  CHECK(desk.step(TurnFact::kVoiceInputOff) == "");
  CHECK(desk.broken == "");
}

TEST_CASE("what the host wants said is a turn of the agent's own, when nobody speaks") {
  TurnDesk desk;
  CHECK(desk.step(TurnFact::kAgentSpeaks) == "speak 1");
  CHECK(desk.step(TurnFact::kAgentSpeaks) == "");
  CHECK(desk.reply_ended(1) == "speak 2");
  desk.reply_ended(2);
  desk.speech_started();
  CHECK(desk.step(TurnFact::kAgentSpeaks) == "");
  desk.pass(300ms);
  desk.speech_stopped();
  desk.pass(300ms);
  CHECK(contains(desk.final(2), "end 3, reply 3"));
  CHECK(desk.reply_ended(3) == "speak 4");
  CHECK(desk.broken == "");
}

TEST_CASE("the end of a reply that is no longer the present one is no news") {
  TurnDesk desk = replying();
  desk.step(TurnFact::kTyped);
  CHECK(desk.reply_ended(1) == "");
  CHECK(desk.state().agent == AgentPhase::kReplying);
  desk.reply_ended(2);
  CHECK(desk.state().agent == AgentPhase::kIdle);
}
