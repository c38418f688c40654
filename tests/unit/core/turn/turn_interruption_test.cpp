// Who speaks over a reply: held, resumed, cut off.
#include "core/turn/turn_manager.h"

#include "support/catch.h"
#include "unit/core/turn/turn_desk.h"

using namespace voiceagent;
using namespace std::chrono_literals;
using test::contains;
using test::replying;
using test::TurnDesk;

TEST_CASE("barge-in by duration: without words meanwhile, speech of 400 ms interrupts") {
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

TEST_CASE(
    "interruptions disabled: who spoke before the reply doesn't hold it, and is answered after") {
  TurnOptions options = TurnDesk::fixed();
  options.interruption = InterruptionMode::kNever;
  TurnDesk desk(options);
  desk.speech_started();
  desk.pass(100ms);
  CHECK(desk.step(TurnFact::kTyped) == "end 2, reply 2");
  CHECK(desk.pass(2s) == "");
  desk.speech_stopped();
  desk.pass(300ms);
  CHECK(desk.final(4) == "cancel final, end 1");
  CHECK(desk.reply_ended(2) == "reply 1");
  CHECK(desk.broken == "");
}

TEST_CASE(
    "a tool that protects its reply: who speaks meanwhile is listened to, and answered after") {
  TurnDesk desk = replying();
  TurnInput tools{TurnFact::kToolsStarted};
  tools.turn = 1;
  desk.step(tools);
  desk.perceived.uninterruptible = true;
  CHECK(contains(desk.speech_started(), "start 2"));
  CHECK(desk.pass(600ms) == "");
  tools.fact = TurnFact::kToolsEnded;
  SECTION("the words settle while it works") {
    desk.speech_stopped();
    desk.pass(300ms);
    CHECK(desk.final(2) == "cancel final, end 2");
    desk.step(tools);
    CHECK(desk.reply_ended(1) == "reply 2");
  }
  SECTION("it is done before: now the voice may interrupt") {
    desk.perceived.uninterruptible = false;
    CHECK(contains(desk.step(tools), "hold"));
    CHECK(contains(desk.pass(340ms), "interrupt 1 by 2"));  // it goes on in the silence
  }
  CHECK(desk.broken == "");
}

TEST_CASE("whoever a strategy didn't listen to because of a tool is heard when it is done") {
  struct Busy : MuteStrategy {
    bool muted(const TurnSnapshot& now) const override { return now.tool_running; }
  };
  TurnDesk desk(TurnDesk::fixed(), {}, nullptr, std::make_shared<Busy>());
  desk.step(TurnFact::kTyped);
  TurnInput tools{TurnFact::kToolsStarted};
  tools.turn = 1;
  desk.step(tools);
  CHECK(desk.speech_started() == "");
  tools.fact = TurnFact::kToolsEnded;
  CHECK(contains(desk.step(tools), "start 2"));
  CHECK(desk.broken == "");
}

TEST_CASE("the host may cut the agent off") {
  TurnDesk desk = replying();
  CHECK(desk.step(TurnFact::kInterrupt) == "interrupt 1 by 0");
  CHECK(desk.step(TurnFact::kInterrupt) == "");
  CHECK(desk.broken == "");
}

TEST_CASE("a back-channel is an answer to a reply that ends within a second, not to one cut off") {
  TurnDesk desk = replying();
  desk.speech_started();
  desk.pass(200ms);
  desk.speech_stopped();
  desk.pass(300ms);
  desk.perceived.back_channel = true;
  CHECK(contains(desk.final(1), "release, set final"));
  desk.pass(500ms);
  SECTION("it ends") { CHECK(desk.reply_ended(1) == "cancel final, end 2, reply 2"); }
  SECTION("the host cuts it off") {
    CHECK(desk.step(TurnFact::kInterrupt) == "interrupt 1 by 0, cancel final, drop 2");
  }
  SECTION("a typed line does") {
    CHECK(desk.step(TurnFact::kTyped) == "interrupt 1 by 3, cancel final, drop 2, end 3, reply 3");
  }
  SECTION("a key does") {
    CHECK(contains(desk.step(TurnFact::kKey), "interrupt 1 by 3, cancel final, drop 2, set keys"));
  }
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
