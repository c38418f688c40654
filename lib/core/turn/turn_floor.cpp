// The agent's side: replies, what interrupts them, and what happens when nobody speaks.
#include <algorithm>
#include <utility>

#include "core/turn/turn_command.h"
#include "core/turn/turn_manager.h"

namespace voiceagent {

using turns::act;
using turns::cancel_timer;
using turns::set_timer;

void TurnManager::typed(Step& step) {
  sign_of_life(step);
  const TurnId turn = ++state_.last_turn;
  const bool queue = replying() && (turn_.typed_text == TypedText::kQueue || !may_interrupt(step));
  if (!queue) interrupt(step, turn);
  step.out.add(turns::end_turn(turn, TurnEndReason::kTyped));
  if (queue || state_.keys_open) {
    state_.waiting_turn = turn;
  } else {
    answer_now(step, turn);
  }
}

// Whether a line or a key may, that is no sound to be judged.
bool TurnManager::may_interrupt(const Step& step) const {
  return turn_.interruption != InterruptionMode::kNever &&
         turn_.interruption != InterruptionMode::kHost && !step.perceived.uninterruptible;
}

void TurnManager::key(Step& step) {
  sign_of_life(step);
  if (!std::exchange(state_.keys_open, true)) {
    state_.keys_turn = ++state_.last_turn;
    drop_draft(step);  // what is said meanwhile is answered together with them
    if (may_interrupt(step)) interrupt(step, state_.keys_turn);
  }
  if (step.input.last) return end_keys(step);
  step.out.add(set_timer(TurnTimer::kKeys, step.now + turn_.dtmf_timeout));
}

void TurnManager::end_keys(Step& step) {
  state_.keys_open = false;
  step.out.add(cancel_timer(TurnTimer::kKeys));
  step.out.add(turns::end_turn(state_.keys_turn, TurnEndReason::kDtmf));
  if (replying()) {
    state_.waiting_turn = state_.keys_turn;
  } else {
    answer_now(step, state_.keys_turn);
  }
}

// Answers a turn that is not the open utterance's: that may turn out to interrupt the answer.
void TurnManager::answer_now(Step& step, TurnId turn) {
  drop_draft(step);
  request_reply(step, turn);
  state_.harmless = false;
  consider_interruption(step);
}

void TurnManager::reply_ended(Step& step) {
  if (!replying() || step.input.turn != state_.agent_turn) return;
  cancel_judgement(step);
  reply_is_over(step);
}

void TurnManager::reply_is_over(Step& step) {
  state_.agent = AgentPhase::kIdle;
  state_.held = state_.tools = false;
  step.listen_again = true;
  state_.quiet_since = step.now;
  ++state_.replies;
}

void TurnManager::consider_interruption(Step& step) {
  if (!replying() || !utterance_open() || state_.settled) return;
  const InterruptionDecision decision = ask_.interruption->decide(snapshot(step));
  switch (decision.verdict) {
    case InterruptionDecision::Verdict::kInterrupt: return interrupt(step, state_.user_turn);
    case InterruptionDecision::Verdict::kResume:
      cancel_judgement(step);
      state_.harmless = true;
      return release(step);
    case InterruptionDecision::Verdict::kHold:
      // An utterance that has silenced the agent and was harmless doesn't silence it again.
      if (!state_.harmless || !state_.was_held) hold(step);
      [[fallthrough]];
    case InterruptionDecision::Verdict::kWait:
      if (decision.look_again > step.now) return judge_at(step, decision.look_again);
      return cancel_judgement(step);
  }
}

void TurnManager::judge_at(Step& step, Duration at) {
  if (std::exchange(state_.judging, true) && state_.judged_at == at) return;
  state_.judged_at = at;
  step.out.add(set_timer(TurnTimer::kInterruption, at));
}

void TurnManager::cancel_judgement(Step& step) {
  if (std::exchange(state_.judging, false)) {
    step.out.add(cancel_timer(TurnTimer::kInterruption));
  }
}

void TurnManager::hold(Step& step) {
  if (std::exchange(state_.held, true)) return;
  state_.held_since = step.now;
  state_.held_onset = state_.speech_start;
  state_.was_held = true;
  step.out.add(act(TurnAction::kHoldOutput));
}

void TurnManager::release(Step& step) {
  if (std::exchange(state_.held, false)) step.out.add(act(TurnAction::kReleaseOutput));
}

void TurnManager::interrupt(Step& step, TurnId by_turn) {
  if (!replying()) return;
  cancel_judgement(step);
  TurnCommand command = act(TurnAction::kInterruptReply, state_.agent_turn);
  command.by_turn = by_turn;
  command.at = state_.held ? state_.held_since : step.now;
  const bool by_voice = by_turn != 0 && by_turn == state_.user_turn;
  if (by_voice) command.onset = state_.held ? state_.held_onset : state_.speech_start;
  step.out.add(command);
  reply_is_over(step);
  // Only to a reply that came to its end a back-channel was the answer.
  if (state_.settled) drop_utterance(step);
}

// A reply that began while keys are pressed would not be cut off by the next one.
void TurnManager::answer(Step& step, TurnId turn) {
  if (!state_.keys_open) return request_reply(step, turn);
  state_.waiting_turn = turn;
}

void TurnManager::request_reply(Step& step, TurnId turn) {
  state_.agent = AgentPhase::kReplying;
  state_.agent_turn = turn;
  state_.waiting_turn = 0;
  state_.to_tell = false;   // the model sees all results
  state_.drafting = false;  // it has become the reply, or the session drops it
  step.perceived.reply_begins(false);
  step.out.add(act(TurnAction::kRequestReply, turn));
}

void TurnManager::start_speaking(Step& step, int prompt) {
  state_.agent = AgentPhase::kReplying;
  state_.agent_turn = ++state_.last_turn;
  step.perceived.reply_begins(prompt < 0 && step.perceived.says_uninterruptible);
  TurnCommand command = act(TurnAction::kStartSpeaking, state_.agent_turn);
  command.prompt = prompt;
  step.out.add(command);
}

void TurnManager::tell_result(Step& step) {
  state_.agent = AgentPhase::kReplying;
  state_.agent_turn = ++state_.last_turn;
  state_.to_tell = false;
  step.out.add(act(TurnAction::kTellResult, state_.agent_turn));
}

void TurnManager::drop_draft(Step& step) {
  if (std::exchange(state_.drafting, false)) step.out.add(act(TurnAction::kDropDraft));
}

// What follows from the new state by itself.
void TurnManager::settle(Step& step) {
  // The reply that a back-channel was heard over has ended: it was an answer.
  if (!replying() && state_.settled) answer_utterance(step);
  const bool free = !replying() && !utterance_open() && !state_.keys_open;
  if (free && state_.waiting_turn != 0) {
    request_reply(step, state_.waiting_turn);
  } else if (free && state_.to_tell) {
    tell_result(step);
  } else if (free && step.perceived.to_say) {
    start_speaking(step, -1);
  }
  if (!utterance_open()) hear_the_rest(step);
  const bool hears_voice = state_.voice && !state_.unheard;
  if (step.listen_again && hears_voice && !utterance_open()) open_utterance(step, step.now);
  watch_silence(step);
}

// Keeps the idle timer running while, and only while, nobody does anything.
void TurnManager::watch_silence(Step& step) {
  const bool quiet = !replying() && !utterance_open() && !state_.keys_open && !state_.idle_done;
  if (!quiet) {
    if (std::exchange(state_.idle_armed, false)) step.out.add(cancel_timer(TurnTimer::kIdle));
    return;
  }
  if (state_.idle_armed) return;
  const IdleDecision decision = ask_.idle->decide(state_.idle_prompts);
  if (decision.after <= Duration(0)) return;
  state_.idle_armed = true;
  state_.idle_action = decision.action;
  step.out.add(
      set_timer(TurnTimer::kIdle, std::max(step.now, state_.quiet_since + decision.after)));
}

void TurnManager::idle_timer(Step& step) {
  if (!std::exchange(state_.idle_armed, false)) return;
  if (!std::exchange(state_.away, true)) step.out.add(act(TurnAction::kUserAway));
  switch (state_.idle_action) {
    case IdleDecision::Action::kNothing: state_.idle_done = true; return;
    case IdleDecision::Action::kPrompt: return start_speaking(step, state_.idle_prompts++);
    case IdleDecision::Action::kHangUp:
      state_.idle_done = true;
      step.out.add(turns::close(CloseReason::kIdle));
      return;
  }
}

void TurnManager::sign_of_life(Step& step) {
  state_.idle_prompts = 0;
  state_.idle_done = false;
  state_.quiet_since = step.now;
  if (std::exchange(state_.away, false)) step.out.add(act(TurnAction::kUserBack));
}

}  // namespace voiceagent
