// Every fact in every state, and long random walks: the rules that TurnDesk checks hold throughout.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "support/alloc_counter.h"
#include "support/catch.h"
#include "unit/core/turn/turn_desk.h"

using namespace voiceagent;
using namespace std::chrono_literals;
using test::TurnDesk;

namespace {

// What a session might tell next, besides the timers.
std::vector<TurnInput> facts(const TurnDesk& desk) {
  std::vector<TurnInput> all;
  for (std::size_t i = 0; i < kTurnFacts; ++i) {
    TurnInput input{static_cast<TurnFact>(i)};
    input.at = desk.now;
    if (input.fact == TurnFact::kReplyEnded) input.turn = desk.state().agent_turn;
    if (input.fact == TurnFact::kTimer) continue;
    all.push_back(input);
    if (input.fact == TurnFact::kPartial || input.fact == TurnFact::kFinal) {
      input.words = 2;
      all.push_back(input);
    }
  }
  return all;
}

using Cell = std::tuple<UserPhase, AgentPhase, bool, bool, bool>;

Cell cell(const TurnDesk& desk) {
  const TurnState& s = desk.state();
  return {s.user, s.agent, s.held, s.harmless, s.words > 0};
}

Duration milliseconds_below(unsigned long limit, std::mt19937& random) {
  return std::chrono::milliseconds(static_cast<int>(random() % limit));
}

// All states that can be reached, each with one way to get there.
std::vector<TurnDesk> reachable(const TurnOptions& options) {
  std::vector<TurnDesk> found{TurnDesk(options)};
  std::set<Cell> seen{cell(found.front())};
  for (std::size_t i = 0; i < found.size(); ++i) {
    std::vector<TurnDesk> next;
    for (const TurnInput& fact : facts(found[i])) {
      next.push_back(found[i]);
      next.back().now += 10ms;
      next.back().step(fact);
    }
    for (std::size_t timer = 0; timer < kTurnTimers; ++timer) {
      if (!found[i].timer(static_cast<TurnTimer>(timer))) continue;
      next.push_back(found[i]);
      next.back().ring(static_cast<TurnTimer>(timer));
    }
    for (TurnDesk& desk : next) {
      if (seen.insert(cell(desk)).second) found.push_back(std::move(desk));
    }
  }
  return found;
}

}  // namespace

TEST_CASE("every fact in every reachable state keeps the rules") {
  TurnOptions options;
  options.interruptions = GENERATE(true, false);
  const std::vector<TurnDesk> states = reachable(options);
  // Four phases of the user's, two of the agent's, held or not: all that make sense are there.
  std::set<std::tuple<UserPhase, AgentPhase, bool>> phases;
  for (const TurnDesk& desk : states) {
    phases.insert({desk.state().user, desk.state().agent, desk.state().held});
    CAPTURE(desk.said);
    CHECK(desk.broken == "");
    for (const TurnInput& fact : facts(desk)) {
      TurnDesk copy = desk;
      copy.step(fact);
      CHECK(copy.broken == "");
    }
    for (std::size_t timer = 0; timer < kTurnTimers; ++timer) {
      TurnDesk copy = desk;  // a timer that was just cancelled may have gone off already
      copy.ring(static_cast<TurnTimer>(timer));
      CHECK(copy.broken == "");
    }
  }
  // Idle: 4. Replying: silent unheld; the other three held, or unheld because they were harmless.
  CHECK(phases.size() == 4 + 1 + 3 + 3);
}

TEST_CASE("from every reachable state silence leads back to rest, with every turn accounted for") {
  for (TurnDesk desk : reachable({})) {
    CAPTURE(desk.said);
    desk.now += 10ms;
    desk.speech_stopped();
    desk.pass(1s);
    desk.final(1);
    desk.reply_ended(desk.state().agent_turn);
    CHECK(desk.state().user == UserPhase::kSilent);
    CHECK(desk.state().agent == AgentPhase::kIdle);
    CHECK(desk.open_turns().empty());
    CHECK(desk.timers() == 0);
    CHECK(desk.broken == "");
  }
}

TEST_CASE("random walks of a hundred thousand steps keep the rules") {
  const unsigned seed = GENERATE(range(1U, 9U));
  std::mt19937 random(seed);
  TurnOptions options;
  options.interruptions = seed % 3 != 0;
  options.interruption_words = static_cast<int>(seed % 4);
  options.false_interruption = 200ms * static_cast<int>(seed);
  LimitOptions limits;
  limits.max_utterance = seed % 2 == 0 ? Duration(60s) : Duration(3s);
  TurnDesk desk(options, limits);
  int ended = 0;
  for (int i = 0; i < 100'000 && desk.broken.empty(); ++i) {
    const std::string passed = desk.pass(milliseconds_below(300, random));
    const std::vector<TurnInput> all = facts(desk);
    TurnInput fact = all[random() % all.size()];
    fact.words = static_cast<int>(random() % 4);
    fact.at = std::max(Duration(0), desk.now - milliseconds_below(150, random));
    if (random() % 8 == 0) fact.turn = static_cast<TurnId>(random() % (desk.state().last_turn + 2));
    desk.step(fact);
    ended += (desk.said + passed).find("end ") != std::string::npos ? 1 : 0;
  }
  CAPTURE(seed, desk.said);
  CHECK(desk.broken == "");
  CHECK(ended > 1'000);  // it went somewhere
  CHECK(desk.state().last_turn > 5'000);
}

TEST_CASE("a step allocates nothing") {
  TurnManager manager({}, {});
  std::mt19937 random(7);
  const std::uint64_t before = test::allocations();
  for (int i = 0; i < 10'000; ++i) {
    TurnInput input{static_cast<TurnFact>(random() % kTurnFacts)};
    input.words = static_cast<int>(random() % 3);
    input.timer = static_cast<TurnTimer>(random() % kTurnTimers);
    input.turn = manager.state().agent_turn;
    TurnCommands commands;
    manager.step(input, std::chrono::milliseconds(i), commands);
  }
  CHECK(test::allocations() == before);
}
