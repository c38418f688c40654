// What may happen to a turn manager: every fact, with what may be perceived at the time, and all
// states that can be reached by them.
#pragma once

#include <chrono>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "unit/core/turn/turn_desk.h"

namespace voiceagent::test {

struct Stimulus {
  std::string name;
  TurnInput input;
  Perceived perceived;
  Duration after{10'000'000};  // the step before
};

inline Perceived perceived(int words, bool back_channel = false, float completeness = 0.9F) {
  Perceived p;
  p.words = words;
  p.back_channel = back_channel;
  p.completeness = completeness;
  return p;
}

inline void apply(TurnDesk& desk, const Stimulus& stimulus) {
  desk.now += stimulus.after;
  desk.perceived = stimulus.perceived;
  desk.step(stimulus.input);
}

// Besides the timers that run.
inline std::vector<Stimulus> stimuli(const TurnDesk& desk) {
  std::vector<Stimulus> all;
  const auto add = [&](std::string name, TurnFact fact, Perceived p) -> TurnInput& {
    TurnInput input{fact};
    input.at = desk.now;
    input.turn = desk.state().agent_turn;
    all.push_back({std::move(name), input, p});
    return all.back().input;
  };
  const Perceived as_before = desk.perceived;
  Perceived protected_reply = as_before;
  protected_reply.uninterruptible = true;
  Perceived other_words = perceived(3);
  other_words.draft_stale = true;
  Perceived echo = perceived(2);
  echo.audible = true;
  echo.echo_db = -20.0F;
  echo.level_db = -21.0F;
  add("opened", TurnFact::kOpened, as_before);
  add("speech started", TurnFact::kSpeechStarted, as_before);
  add("speech started, an echo", TurnFact::kSpeechStarted, echo);
  add("speech started, protected", TurnFact::kSpeechStarted, protected_reply);
  add("speech stopped", TurnFact::kSpeechStopped, as_before);
  add("partial, complete", TurnFact::kPartial, perceived(2));
  add("partial, other words", TurnFact::kPartial, other_words);
  add("partial, unfinished", TurnFact::kPartial, perceived(2, false, 0.1F));
  add("partial, back-channel", TurnFact::kPartial, perceived(1, true));
  add("final, empty", TurnFact::kFinal, perceived(0));
  add("final", TurnFact::kFinal, perceived(2));
  add("final, back-channel", TurnFact::kFinal, perceived(1, true));
  add("final, an echo", TurnFact::kFinal, echo);
  add("recogniser failed", TurnFact::kRecogniserFailed, as_before);
  add("recogniser says end", TurnFact::kRecogniserSaysEnd, as_before);
  all.back().after = Duration(600'000'000);  // it knows of the voice by now
  add("recogniser takes that back", TurnFact::kRecogniserTakesBack, as_before);
  add("estimate, high", TurnFact::kEstimate, as_before).probability = 0.95F;
  add("estimate, low", TurnFact::kEstimate, as_before).probability = 0.05F;
  add("typed", TurnFact::kTyped, as_before);
  add("typed, protected", TurnFact::kTyped, protected_reply);
  add("key", TurnFact::kKey, as_before);
  add("last key", TurnFact::kKey, as_before).last = true;
  add("commit", TurnFact::kCommit, as_before);
  add("interrupt", TurnFact::kInterrupt, as_before);
  add("reply ended", TurnFact::kReplyEnded, as_before);
  add("reply ended, an older one", TurnFact::kReplyEnded, as_before).turn = 0;
  add("agent speaks", TurnFact::kAgentSpeaks, as_before);
  add("voice input off", TurnFact::kVoiceInputOff, as_before);
  add("tools started", TurnFact::kToolsStarted, as_before);
  add("tools ended", TurnFact::kToolsEnded, as_before);
  add("tool told", TurnFact::kToolTold, as_before);
  add("results seen", TurnFact::kResultsSeen, as_before);
  return all;
}

// What tells states apart, apart from numbers and times.
using Cell = std::tuple<UserPhase, AgentPhase, bool, bool, bool, bool, bool, bool, bool, bool, bool,
                        bool, bool>;

inline Cell cell_of(const TurnState& s) {
  const bool stands = s.user == UserPhase::kFinalizing && s.end_stands;
  return {s.user,    s.agent,    s.held,      s.harmless,          s.settled,
          s.voice,   s.drafting, s.keys_open, s.waiting_turn != 0, s.tools,
          s.to_tell, s.goes_on,  stands};
}

// All states that can be reached, each with one way to get there.
inline std::vector<TurnDesk> reachable(const TurnOptions& options) {
  using namespace std::chrono_literals;
  std::vector<TurnDesk> found{TurnDesk(options)};
  std::set<Cell> seen{cell_of(found.front().state())};
  for (std::size_t i = 0; i < found.size(); ++i) {
    std::vector<TurnDesk> next;
    for (const Stimulus& stimulus : stimuli(found[i])) {
      next.push_back(found[i]);
      apply(next.back(), stimulus);
    }
    for (std::size_t timer = 0; timer < kTurnTimers; ++timer) {
      if (!found[i].timer(static_cast<TurnTimer>(timer))) continue;
      next.push_back(found[i]);
      next.back().ring(static_cast<TurnTimer>(timer));
    }
    for (TurnDesk& desk : next) {
      if (seen.insert(cell_of(desk.state())).second) found.push_back(std::move(desk));
    }
  }
  return found;
}

}  // namespace voiceagent::test
