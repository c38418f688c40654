// The turn manager: the one place that decides who has the floor.
//
// A pure state machine. A fact, what is perceived and the time go in; a new state and a short list
// of commands come out. It does no I/O, owns no timer (it asks for one by command) and allocates
// nothing. What is a matter of judgement it asks its strategies.
//
//  turn_manager.cpp    the user's side: utterances, and how long they last
//  turn_end.cpp        their end: the settled words, and what becomes of them
//  turn_floor.cpp      the agent's side: replies, interruptions, silence
#pragma once

#include "core/turn/turn_types.h"
#include "voiceagent/agent.h"

namespace voiceagent {

class TurnManager {
 public:
  // `agent` must outlive the manager, and all its strategies must be there.
  explicit TurnManager(const AgentOptions& agent)
      : turn_(agent.turn), limits_(agent.limits), ask_(agent.strategies) {}

  // Takes one fact at the time `now`; appends what is to be done to `commands`.
  void step(const TurnInput& input, const Perceived& perceived, Duration now,
            TurnCommands& commands);

  const TurnState& state() const { return state_; }

 private:
  // One step: its input and its output.
  struct Step {
    const TurnInput& input;
    Perceived perceived;
    Duration now;
    TurnCommands& out;
    bool listen_again;  // voice that was not listened to may be the user's now
  };

  // the user's side
  void take(Step& step);
  void speech_started(Step& step);
  void speech_stopped(Step& step);
  void voice_off(Step& step, Duration at);
  void open_utterance(Step& step, Duration at);
  void resume_utterance(Step& step, Duration at);
  void reopen(Step& step);
  void wait_for_host(Step& step);
  void go_on(Step& step, Duration at);
  void hear_anew(Step& step);
  void hear_the_rest(Step& step);
  void words_changed(Step& step);
  void plan_end(Step& step);
  void recogniser_says_end(Step& step);
  void estimated(Step& step, float probability);
  void recogniser_takes_back(Step& step);
  void recogniser_failed(Step& step);
  void timer(Step& step);
  void silence_lasted(Step& step);
  void end_utterance(Step& step, TurnEndReason reason);
  void stop_listening(Step& step, TurnEndReason reason);
  void conclude(Step& step);
  void drop_utterance(Step& step);
  void answer_utterance(Step& step);
  void close_utterance(Step& step);
  void note_pause(Duration pause);
  bool utterance_open() const { return state_.user != UserPhase::kSilent; }
  bool speaking() const { return state_.user == UserPhase::kSpeaking; }
  bool trailing() const { return state_.user == UserPhase::kTrailing; }
  // Only the host ends a turn, and a silence only shows whether it is one.
  bool asks_for_words() const {
    return turn_.manual_end && state_.user == UserPhase::kFinalizing && state_.wordless &&
           state_.reason == TurnEndReason::kSilence;
  }

  // the agent's side
  void typed(Step& step);
  bool may_interrupt(const Step& step) const;
  void key(Step& step);
  void end_keys(Step& step);
  void answer_now(Step& step, TurnId turn);
  void reply_ended(Step& step);
  void idle_timer(Step& step);
  void sign_of_life(Step& step);
  void consider_interruption(Step& step);
  void judge_at(Step& step, Duration at);
  void cancel_judgement(Step& step);
  void hold(Step& step);
  void release(Step& step);
  void interrupt(Step& step, TurnId by_turn);
  void reply_is_over(Step& step);
  void answer(Step& step, TurnId turn);
  void request_reply(Step& step, TurnId turn);
  void start_speaking(Step& step, int prompt);
  void tell_result(Step& step);
  void drop_draft(Step& step);
  void settle(Step& step);
  void watch_silence(Step& step);
  bool replying() const { return state_.agent == AgentPhase::kReplying; }

  TurnSnapshot snapshot(const Step& step) const;

  const TurnOptions& turn_;
  const LimitOptions& limits_;
  const TurnStrategies& ask_;
  TurnState state_;
};

}  // namespace voiceagent
