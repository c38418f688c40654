// What is perceived belongs to one utterance and one reply: it does not speak for the next ones,
// which may begin in the same step.
#include "core/turn/turn_manager.h"
#include "support/catch.h"
#include "unit/core/turn/turn_desk.h"

using namespace voiceagent;
using namespace std::chrono_literals;
using test::TurnDesk;

TEST_CASE("a text that must be heard is not held by a voice that was on before it") {
  TurnDesk desk;
  desk.perceived.says_uninterruptible = true;
  CHECK(desk.step(TurnFact::kAgentSpeaks) == "speak 1");
  desk.perceived.uninterruptible = true;
  CHECK(desk.step(TurnFact::kAgentSpeaks) == "");
  CHECK(desk.speech_started() == "");
  desk.perceived.uninterruptible = false;  // nobody replies when the end of a reply is dealt with
  CHECK(desk.reply_ended(1) == "speak 2");
  CHECK_FALSE(desk.held());
  desk.perceived.says_uninterruptible = false;
  CHECK(desk.reply_ended(2) == "start 3, set max 60000");
  CHECK(desk.broken == "");
}

TEST_CASE("an idle prompt may be interrupted, whatever else waits to be said") {
  TurnOptions options = TurnDesk::fixed();
  options.idle_after = 1s;
  options.idle_prompts = {"Are you there?"};
  TurnDesk desk(options);
  desk.perceived.says_uninterruptible = true;
  desk.step(TurnFact::kOpened);
  CHECK(desk.pass(1s) == "away, speak 1 prompt 0");
  CHECK(desk.speech_started() == "start 2, set max 61000, hold, set judge 1400");
  CHECK(desk.broken == "");
}

TEST_CASE("the words of a turn that reached its limit don't interrupt the answer to it") {
  LimitOptions limits;
  limits.max_utterance = 2s;
  TurnDesk desk(TurnDesk::fixed(), limits);
  desk.perceived.completeness = 0.9F;
  desk.speech_started();
  CHECK(desk.pass(2s) == "cancel max, hear anew, flush, set final 4000");
  desk.speech_started();
  CHECK(desk.final(4) ==
        "cancel final, end 1, reply 1, start 2, set max 4000, hold, set judge 2400");
  CHECK(desk.state().agent == AgentPhase::kReplying);
  CHECK(desk.broken == "");
}

TEST_CASE("a reply that follows an interrupted one is not audible yet") {
  TurnDesk desk;
  desk.speech_started();
  desk.pass(400ms);
  desk.speech_stopped();
  desk.pass(300ms);
  desk.final(2);
  desk.perceived.audible = true;
  desk.perceived.level_db = desk.perceived.noise_db = -40;  // it doesn't stand out
  CHECK(desk.speech_started() == "start 2, set max 60700, set judge 740");
  CHECK(desk.step(TurnFact::kTyped) ==
        "cancel judge, interrupt 1 by 3, end 3, reply 3, hold, set judge 1100");
  CHECK(desk.broken == "");
}

TEST_CASE("what has no sense and stopped when the agent fell silent was its echo, and is dropped") {
  const bool echo = GENERATE(true, false);
  TurnDesk desk;
  desk.step(TurnFact::kAgentSpeaks);
  desk.speech_started();
  desk.pass(200ms);
  desk.perceived.fell_silent = echo;
  desk.perceived.confidence = 0.3F;
  desk.speech_stopped();
  desk.pass(300ms);
  const std::string commands = desk.final(1);
  CHECK((commands.find("drop 2") != std::string::npos) == echo);
  CHECK(commands.find("release") != std::string::npos);
  CHECK(desk.state().agent == AgentPhase::kReplying);
  CHECK(desk.broken == "");
}

TEST_CASE("who was an echo at first may still silence the agent; who was harmless once may not") {
  const bool loud_at_first = GENERATE(true, false);
  TurnDesk desk;
  desk.perceived.audible = true;
  desk.step(TurnFact::kAgentSpeaks);
  desk.pass(1s);
  desk.perceived.level_db = loud_at_first ? -20 : -40;
  desk.perceived.noise_db = -40;
  desk.speech_started();
  desk.pass(200ms);
  CHECK(desk.held() == loud_at_first);
  desk.perceived.confidence = 0.3F;
  desk.speech_stopped();
  desk.pass(300ms);
  desk.final(1);
  CHECK_FALSE(desk.held());
  desk.perceived.level_db = -20;
  desk.speech_started();
  CHECK(desk.held() == !loud_at_first);
  CHECK(desk.broken == "");
}
