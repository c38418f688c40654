// One test for each rule in docs/design/turn-taking.md.
#include "core/turn/turn_manager.h"

#include "support/catch.h"
#include "unit/core/turn/turn_desk.h"

using namespace voiceagent;
using namespace std::chrono_literals;
using test::TurnDesk;

namespace {

bool contains(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

// The user has asked something, and turn 1 is being answered.
TurnDesk replying(const TurnOptions& turn = TurnDesk::fixed(), const LimitOptions& limits = {}) {
  TurnDesk desk(turn, limits);
  desk.now = 1s;
  desk.speech_started();
  desk.pass(500ms);
  desk.speech_stopped();
  desk.pass(300ms);
  desk.final(2);
  REQUIRE(desk.state().agent == AgentPhase::kReplying);
  REQUIRE(desk.broken.empty());
  return desk;
}

}  // namespace

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

TEST_CASE("barge-in by duration: speech of 400 ms interrupts, words or not") {
  TurnDesk desk = replying();
  const Duration start = desk.now;
  CHECK(contains(desk.speech_started(), "hold, set judge"));
  CHECK(desk.pass(399ms) == "");
  CHECK(desk.pass(1ms) == "interrupt 1 by 2");
  CHECK(desk.now == start + 400ms);
  CHECK(desk.state().agent == AgentPhase::kIdle);
  CHECK(desk.state().user == UserPhase::kSpeaking);
  CHECK(desk.broken == "");
}

TEST_CASE("barge-in by words: the first one interrupts at once") {
  TurnOptions options = TurnDesk::fixed();
  options.interruption = InterruptionMode::kWords;
  TurnDesk desk = replying(options);
  desk.speech_started();
  CHECK(desk.partial(0) == "");
  CHECK(desk.partial(1) == "cancel judge, interrupt 1 by 2");
}

TEST_CASE("an agent may want more words before it is interrupted") {
  TurnOptions options = TurnDesk::fixed();
  options.interruption = InterruptionMode::kWords;
  options.interruption_words = 3;
  TurnDesk desk = replying(options);
  desk.speech_started();
  CHECK(desk.partial(2) == "");
  CHECK(contains(desk.partial(3), "interrupt 1 by 2"));
}

TEST_CASE("a cough costs a pause and not the reply") {
  TurnDesk desk = replying();
  CHECK(contains(desk.speech_started(), "hold"));
  desk.pass(200ms);
  desk.speech_stopped();
  CHECK(contains(desk.pass(300ms), "flush"));
  CHECK(desk.final(0) == "cancel final, cancel judge, drop 2, release");
  CHECK(desk.state().agent == AgentPhase::kReplying);
  CHECK(desk.reply_ended(1) == "");
  CHECK(desk.broken == "");
}

TEST_CASE("a short word that settles late interrupts all the same") {
  TurnDesk desk = replying();
  desk.speech_started();
  desk.pass(200ms);
  desk.speech_stopped();
  desk.pass(300ms);
  CHECK(desk.final(1) == "cancel judge, interrupt 1 by 2, cancel final, end 2, reply 2");
}

TEST_CASE("without words the agent goes on after 1.5 s, whatever the recogniser does") {
  TurnDesk desk = replying();
  desk.speech_started();
  const Duration held = desk.now;
  desk.pass(200ms);
  desk.speech_stopped();
  const std::string all = desk.pass(1'299ms);
  CHECK(contains(all, "flush"));
  CHECK_FALSE(contains(all, "release"));
  CHECK(desk.pass(1ms) == "release");
  CHECK(desk.now == held + 1'500ms);
  // The words are still awaited; late ones interrupt.
  CHECK(contains(desk.final(2), "interrupt 1 by 2"));
  CHECK(desk.broken == "");
}

TEST_CASE(
    "sounds that come and go silence the agent for 1.5 s in all, not for as long as they last") {
  TurnDesk desk = replying();
  std::string all;
  Duration released{0};
  const Duration begin = desk.now;
  for (int i = 0; i < 20; ++i) {
    all += desk.speech_started();
    all += desk.pass(200ms);
    all += desk.speech_stopped();
    all += desk.pass(200ms);
    if (released == 0ms && !desk.held()) released = desk.now - begin;
  }
  CHECK(released <= 1'600ms);
  CHECK_FALSE(contains(all, "interrupt"));
  CHECK(all.find("hold") == all.rfind("hold"));  // once is enough
  CHECK(desk.state().agent == AgentPhase::kReplying);
  // Real speech still gets through: by its length, or by a word.
  SECTION("by its length") {
    desk.speech_started();
    CHECK(contains(desk.pass(400ms), "interrupt 1 by 2"));
  }
  SECTION("by a word") { CHECK(contains(desk.partial(1), "interrupt 1 by 2")); }
  CHECK(desk.broken == "");
}

TEST_CASE("interruptions disabled: sound during a reply is not even listened to") {
  TurnOptions options = TurnDesk::fixed();
  options.interruption = InterruptionMode::kNever;
  TurnDesk desk = replying(options);
  CHECK(desk.speech_started() == "");
  CHECK(desk.pass(2s) == "");
  CHECK(desk.speech_stopped() == "");
  CHECK(desk.partial(4) == "");
  CHECK(desk.state().agent == AgentPhase::kReplying);
  desk.reply_ended(1);
  CHECK(contains(desk.speech_started(), "start 2"));
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

TEST_CASE("a recogniser with an opinion may end the user's turn") {
  TurnDesk desk;
  desk.speech_started();
  desk.pass(700ms);
  CHECK(contains(desk.step(TurnFact::kRecogniserSaysEnd), "hear anew, flush"));
  CHECK(desk.state().reason == TurnEndReason::kProvider);
  SECTION("who goes on at once goes on with the turn") {
    CHECK(desk.speech_started() == "cancel final, set max 60000, resume");
    CHECK(desk.final(2) == "");
    desk.pass(500ms);
    desk.speech_stopped();
    desk.pass(300ms);
    CHECK(desk.final(4) == "cancel final, end 1, reply 1");
  }
  SECTION("who goes on when it is being answered, interrupts") {
    desk.final(2);
    CHECK(contains(desk.speech_started(), "start 2"));
    CHECK(desk.pass(400ms) == "interrupt 1 by 2");
  }
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

TEST_CASE("the host may cut the agent off") {
  TurnDesk desk = replying();
  CHECK(desk.step(TurnFact::kInterrupt) == "interrupt 1 by 0");
  CHECK(desk.step(TurnFact::kInterrupt) == "");
  CHECK(desk.broken == "");
}

TEST_CASE("the host cuts off a reply that is held: the user's turn goes on undisturbed") {
  TurnDesk desk = replying();
  desk.speech_started();
  CHECK(desk.step(TurnFact::kInterrupt) == "cancel judge, interrupt 1 by 0");
  desk.pass(600ms);
  desk.speech_stopped();
  CHECK(contains(desk.pass(300ms), "flush"));
  CHECK(desk.final(3) == "cancel final, end 2, reply 2");
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

TEST_CASE("a held reply that ends by itself leaves no timer behind") {
  TurnDesk desk = replying();
  desk.speech_started();
  CHECK(desk.reply_ended(1) == "cancel judge");
  CHECK_FALSE(desk.state().held);
  desk.pass(600ms);
  CHECK(desk.state().user == UserPhase::kSpeaking);
  CHECK(desk.broken == "");
}

TEST_CASE("a sound counts to its last voice, not to the moment when its end is noticed") {
  TurnDesk desk = replying();
  desk.speech_started();
  const Duration start = desk.now;
  desk.now = start + 400ms;
  Perceived cough;
  cough.voice_until = start + 340ms;
  TurnDesk copy = desk;
  CHECK(contains(copy.ring(TurnTimer::kInterruption), "interrupt"));  // with voice up to now
  CHECK(desk.timer(TurnTimer::kInterruption) == start + 400ms);
  TurnInput timer{TurnFact::kTimer};
  timer.timer = TurnTimer::kInterruption;
  desk.step_as(timer, cough);
  CHECK_FALSE(contains(desk.said, "interrupt"));
}
