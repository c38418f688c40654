// The end of the user's turn: its settled words are asked for, and what becomes of them.
#include <algorithm>
#include <utility>

#include "core/turn/turn_command.h"
#include "core/turn/turn_manager.h"

namespace voiceagent {

using turns::act;
using turns::cancel_timer;
using turns::set_timer;

namespace {

// A back-channel that the reply's end follows so soon was an answer to it.
constexpr Duration kAnswerWindow{1'000'000'000};

}  // namespace

// The user's turn is over, if one is open; its settled words are still to come.
void TurnManager::end_utterance(Step& step, TurnEndReason reason) {
  if (asks_for_words()) {  // now the turn is over
    state_.reason = reason;
    state_.end_stands = true;
  }
  if (!speaking() && !trailing()) return;
  stop_listening(step, reason);
  hear_anew(step);
  step.out.add(act(TurnAction::kFlushUtterance));
  step.out.add(set_timer(TurnTimer::kFinal, step.now + limits_.final_timeout));
  consider_interruption(step);
}

void TurnManager::stop_listening(Step& step, TurnEndReason reason) {
  // Nobody guessed it from a silence: noise that goes on doesn't take it back.
  state_.end_stands = reason == TurnEndReason::kCommitted || reason == TurnEndReason::kLimit ||
                      (reason == TurnEndReason::kProvider && speaking());
  if (speaking()) {
    state_.speech_end = step.now;
    state_.voiced += std::max(Duration(0), step.now - state_.speech_start);
  } else {
    step.out.add(cancel_timer(TurnTimer::kEndOfTurn));
  }
  step.out.add(cancel_timer(TurnTimer::kMaxUtterance));
  state_.user = UserPhase::kFinalizing;
  state_.wordless = step.perceived.words == 0;
  state_.reason = reason;
  state_.decided = step.now;
}

// The turn has ended in mid-speech. Who speaks on begins anew, by the rule for every voice: a mere
// rest of the last word is nobody's turn.
void TurnManager::hear_anew(Step& step) {
  if (std::exchange(state_.voice, false)) step.out.add(act(TurnAction::kHearAnew));
}

// What was said while the words of an end that stands were awaited is the next utterance.
void TurnManager::hear_the_rest(Step& step) {
  if (!std::exchange(state_.goes_on, false)) return;
  open_utterance(step, state_.goes_on_from);
  if (speaking() && !state_.voice) voice_off(step, state_.goes_on_until);
}

// All that will be known of the user's words is known.
void TurnManager::conclude(Step& step) {
  if (step.perceived.words == 0) return drop_utterance(step);
  if (asks_for_words()) return wait_for_host(step);
  if (!replying()) return answer_utterance(step);
  TurnSnapshot now = snapshot(step);
  now.settled = true;
  switch (ask_.interruption->decide(now).verdict) {
    case InterruptionDecision::Verdict::kInterrupt:
      interrupt(step, state_.user_turn);
      return answer_utterance(step);
    case InterruptionDecision::Verdict::kResume:
      // It stopped when the agent did: an echo, of which something was made out. Nor does it wait
      // for the reply's end while there is more to be heard.
      if ((step.perceived.fell_silent && !step.perceived.back_channel) || state_.goes_on) {
        return drop_utterance(step);
      }
      // A back-channel, unless the reply ends right now: then it was an answer.
      state_.settled = state_.harmless = true;
      cancel_judgement(step);
      release(step);
      step.out.add(set_timer(TurnTimer::kFinal, step.now + kAnswerWindow));
      return;
    case InterruptionDecision::Verdict::kHold:
    case InterruptionDecision::Verdict::kWait:
      close_utterance(step);
      release(step);
      step.out.add(turns::end_turn(state_.user_turn, state_.reason));
      state_.waiting_turn = state_.user_turn;
      return;
  }
}

// There were words, of which a recogniser without partial ones had not told: the turn goes on.
void TurnManager::wait_for_host(Step& step) {
  reopen(step);
  state_.user = UserPhase::kTrailing;
  plan_end(step);
  consider_interruption(step);
}

void TurnManager::drop_utterance(Step& step) {
  drop_draft(step);
  close_utterance(step);
  step.out.add(act(TurnAction::kDropTurn, state_.user_turn));
  release(step);
}

void TurnManager::answer_utterance(Step& step) {
  close_utterance(step);
  step.out.add(turns::end_turn(state_.user_turn, state_.reason));
  answer(step, state_.user_turn);
}

void TurnManager::close_utterance(Step& step) {
  step.out.add(cancel_timer(TurnTimer::kFinal));
  cancel_judgement(step);
  state_.user = UserPhase::kSilent;
  state_.settled = false;
}

}  // namespace voiceagent
