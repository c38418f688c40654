// The library's own strategies; docs/design/turn-taking.md says how they decide.
#pragma once

#include "voiceagent/agent.h"
#include "voiceagent/turn_strategy.h"

namespace voiceagent {

class DefaultStartOfSpeech final : public StartOfSpeechStrategy {
 public:
  bool listens(const TurnSnapshot& now) const override;
};

class DefaultInterruption final : public InterruptionStrategy {
 public:
  explicit DefaultInterruption(const TurnOptions& options);
  InterruptionDecision decide(const TurnSnapshot& now) const override;

 private:
  bool stands_out(const TurnSnapshot& now) const;
  bool settled_as_nothing(const TurnSnapshot& now) const;
  bool interrupts(const TurnSnapshot& now, Duration voice) const;
  bool voice_counts(const TurnSnapshot& now) const;
  bool cuts_off(const TurnSnapshot& now, Duration voice) const;
  bool waits_longer(const TurnSnapshot& now) const;
  bool waits_unheard(const TurnSnapshot& now) const;
  Duration words_due(const TurnSnapshot& now) const;
  bool goes_on(const TurnSnapshot& now) const;
  bool says_more(const TurnSnapshot& now) const;
  bool holds(const TurnSnapshot& now) const;
  Duration next_look(const TurnSnapshot& now) const;

  const InterruptionMode mode_;
  const Duration speech_;
  const int words_;
  const Duration patience_;
  const Duration echo_guard_;
  const float level_db_;
};

class DefaultEndOfTurn final : public EndOfTurnStrategy {
 public:
  explicit DefaultEndOfTurn(const TurnOptions& options);
  EndOfTurnDecision decide(const TurnSnapshot& now) const override;

 private:
  const bool manual_;
  const Duration min_;
  const Duration max_;
};

class DefaultMute final : public MuteStrategy {
 public:
  explicit DefaultMute(const TurnOptions& options);
  bool muted(const TurnSnapshot& now) const override;

 private:
  const bool never_interrupted_;
  const bool until_first_reply_;
  const bool during_tools_;
};

class DefaultIdle final : public IdleStrategy {
 public:
  explicit DefaultIdle(const TurnOptions& options);
  IdleDecision decide(int prompts) const override;

 private:
  const Duration after_;
  const int prompts_;
  const bool hang_up_;
};

}  // namespace voiceagent
