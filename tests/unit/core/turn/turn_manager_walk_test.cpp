// Every fact in every state, and long random walks: the rules that TurnDesk checks hold throughout.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "support/alloc_counter.h"
#include "support/catch.h"
#include "unit/core/turn/stimuli.h"

using namespace voiceagent;
using namespace std::chrono_literals;
using test::TurnDesk;

namespace {

Duration milliseconds_below(unsigned long limit, std::mt19937& random) {
  return std::chrono::milliseconds(static_cast<int>(random() % limit));
}

TurnOptions with(InterruptionMode mode) {
  TurnOptions options;  // adaptive, and replies are prepared
  options.interruption = mode;
  options.idle_after = 5s;
  options.idle_prompts = {"Are you there?"};
  options.idle_hang_up = true;
  return options;
}

}  // namespace

TEST_CASE("every fact in every reachable state keeps the rules") {
  const auto mode =
      GENERATE(InterruptionMode::kVoiceAndWords, InterruptionMode::kVoice, InterruptionMode::kWords,
               InterruptionMode::kNever, InterruptionMode::kHost);
  TurnOptions options = with(mode);
  options.typed_text = GENERATE(TypedText::kInterrupt, TypedText::kQueue);
  const std::vector<TurnDesk> states = test::reachable(options);
  CHECK(states.size() > 40);
  for (const TurnDesk& desk : states) {
    CAPTURE(desk.said, desk.broken);
    CHECK(desk.broken == "");
    for (const test::Stimulus& stimulus : test::stimuli(desk)) {
      TurnDesk copy = desk;
      test::apply(copy, stimulus);
      CAPTURE(stimulus.name, copy.said);
      CHECK(copy.broken == "");
    }
    for (std::size_t timer = 0; timer < kTurnTimers; ++timer) {
      TurnDesk copy = desk;  // a timer that was just cancelled may have gone off already
      copy.ring(static_cast<TurnTimer>(timer));
      CAPTURE(timer, copy.said);
      CHECK(copy.broken == "");
    }
  }
}

TEST_CASE("from every reachable state silence leads back to rest, with every turn accounted for") {
  for (TurnDesk desk : test::reachable(TurnOptions())) {
    CAPTURE(desk.said);
    desk.now += 10ms;
    desk.perceived = {};
    desk.speech_stopped();
    desk.pass(3s);
    desk.final(1);
    // The reply to it, what had to wait for that, and the host's texts.
    for (int i = 0; i < 6; ++i) {
      desk.reply_ended(desk.state().agent_turn);
      desk.pass(3s);
    }
    CHECK(desk.state().user == UserPhase::kSilent);
    CHECK(desk.state().agent == AgentPhase::kIdle);
    CHECK(desk.open_turns().empty());
    CHECK(desk.timers() == 0);
    CHECK(desk.broken == "");
  }
}

TEST_CASE("random walks of a hundred thousand steps keep the rules") {
  const unsigned seed = GENERATE(range(1U, 11U));
  std::mt19937 random(seed);
  TurnOptions options = with(static_cast<InterruptionMode>(seed % 5));
  options.interruption_words = static_cast<int>(seed % 4);
  options.false_interruption = 200ms * static_cast<int>(seed);
  options.typed_text = seed % 2 == 0 ? TypedText::kQueue : TypedText::kInterrupt;
  options.idle_hang_up = false;
  LimitOptions limits;
  limits.max_utterance = seed % 2 == 0 ? Duration(60s) : Duration(3s);
  TurnDesk desk(options, limits);
  int ended = 0;
  for (int i = 0; i < 100'000 && desk.broken.empty(); ++i) {
    const std::string passed = desk.pass(milliseconds_below(300, random));
    const std::vector<test::Stimulus> all = test::stimuli(desk);
    test::Stimulus stimulus = all[random() % all.size()];
    stimulus.input.at = std::max(Duration(0), desk.now - milliseconds_below(150, random));
    test::apply(desk, stimulus);
    ended += (desk.said + passed).find("end ") != std::string::npos ? 1 : 0;
  }
  CAPTURE(seed, desk.said);
  CHECK(desk.broken == "");
  CHECK(ended > 1'000);  // it went somewhere
  CHECK(desk.state().last_turn > 3'000);
}

TEST_CASE("a step allocates nothing") {
  AgentOptions agent;
  agent.strategies = default_turn_strategies(agent.turn);
  TurnManager manager(agent);
  std::mt19937 random(7);
  const std::uint64_t before = test::allocations();
  for (int i = 0; i < 10'000; ++i) {
    TurnInput input{static_cast<TurnFact>(random() % kTurnFacts)};
    input.timer = static_cast<TurnTimer>(random() % kTurnTimers);
    input.turn = manager.state().agent_turn;
    TurnCommands commands;
    manager.step(input, test::perceived(static_cast<int>(random() % 3)),
                 std::chrono::milliseconds(i), commands);
  }
  CHECK(test::allocations() == before);
}
