#include "core/turn/turn_manager.h"

#include <algorithm>

namespace voiceagent {
namespace {

TurnCommand act(TurnAction action, TurnId turn = 0) {
  TurnCommand command{action};
  command.turn = turn;
  return command;
}

TurnCommand set_timer(TurnTimer timer, Duration at) {
  TurnCommand command{TurnAction::kSetTimer};
  command.timer = timer;
  command.at = at;
  return command;
}

TurnCommand cancel_timer(TurnTimer timer) {
  TurnCommand command{TurnAction::kCancelTimer};
  command.timer = timer;
  return command;
}

}  // namespace

void TurnManager::step(const TurnInput& input, Duration now, TurnCommands& commands) {
  switch (input.fact) {
    case TurnFact::kSpeechStarted: return speech_started(input.at, commands);
    case TurnFact::kSpeechStopped: return speech_stopped(input.at, now, commands);
    case TurnFact::kPartial: return partial(input.words, commands);
    case TurnFact::kFinal: return final(input.words, commands);
    case TurnFact::kRecogniserFailed: return recogniser_failed(commands);
    case TurnFact::kTimer: return timer(input.timer, now, commands);
    case TurnFact::kTyped: return typed(now, commands);
    case TurnFact::kCommit: return end_utterance(TurnEndReason::kCommitted, now, commands);
    case TurnFact::kRecogniserSaysEnd:
      return end_utterance(TurnEndReason::kProvider, now, commands);
    case TurnFact::kInterrupt: return interrupt(0, commands);
    case TurnFact::kReplyEnded: return reply_ended(input.turn);
    case TurnFact::kAgentSpeaks: return agent_speaks(commands);
    case TurnFact::kVoiceInputOff: return voice_input_off(commands);
  }
}

void TurnManager::speech_started(Duration at, TurnCommands& out) {
  switch (state_.user) {
    case UserPhase::kSilent:
      if (state_.agent != AgentPhase::kIdle && !turn_.interruptions) return;
      state_.user_turn = ++state_.last_turn;
      state_.words = 0;
      state_.speech_start = at;
      out.add(act(TurnAction::kStartUtterance, state_.user_turn));
      out.add(set_timer(TurnTimer::kMaxUtterance, at + limits_.max_utterance));
      break;
    case UserPhase::kTrailing: out.add(cancel_timer(TurnTimer::kEndOfTurn)); break;
    case UserPhase::kFinalizing:
      // The user goes on after all: the words that were asked for become a part of the turn.
      out.add(cancel_timer(TurnTimer::kFinal));
      break;
    case UserPhase::kSpeaking: return;
  }
  state_.user = UserPhase::kSpeaking;
  if (state_.agent != AgentPhase::kIdle) hold(at + turn_.interruption_speech, out);
}

void TurnManager::speech_stopped(Duration at, Duration now, TurnCommands& out) {
  if (state_.user != UserPhase::kSpeaking) return;
  state_.user = UserPhase::kTrailing;
  state_.speech_end = at;
  if (state_.held) out.add(cancel_timer(TurnTimer::kInterruption));
  out.add(set_timer(TurnTimer::kEndOfTurn, std::max(now, at + turn_.endpointing)));
}

void TurnManager::partial(int words, TurnCommands& out) {
  if (!utterance_open()) return;
  state_.words = words;
  if (state_.held && words >= std::max(1, turn_.interruption_words)) {
    interrupt(state_.user_turn, out);
  }
}

void TurnManager::final(int words, TurnCommands& out) {
  partial(words, out);
  if (state_.user == UserPhase::kFinalizing) conclude(out);
}

void TurnManager::recogniser_failed(TurnCommands& out) {
  if (utterance_open()) conclude(out);
}

void TurnManager::timer(TurnTimer timer, Duration now, TurnCommands& out) {
  switch (timer) {
    case TurnTimer::kEndOfTurn:
      if (state_.user == UserPhase::kTrailing) end_utterance(TurnEndReason::kSilence, now, out);
      return;
    case TurnTimer::kMaxUtterance: return end_utterance(TurnEndReason::kLimit, now, out);
    case TurnTimer::kFinal:
      if (state_.user != UserPhase::kFinalizing) return;
      out.add(act(TurnAction::kRestartRecogniser));
      conclude(out);
      return;
    case TurnTimer::kInterruption:
      if (state_.held && state_.user == UserPhase::kSpeaking) interrupt(state_.user_turn, out);
      return;
  }
}

void TurnManager::typed(Duration now, TurnCommands& out) {
  const TurnId turn = ++state_.last_turn;
  interrupt(turn, out);
  TurnCommand ended = act(TurnAction::kEndTurn, turn);
  ended.reason = TurnEndReason::kTyped;
  out.add(ended);
  request_reply(turn, out);
  if (utterance_open()) hold(now + turn_.interruption_speech, out);
}

void TurnManager::reply_ended(TurnId turn) {
  if (state_.agent == AgentPhase::kIdle || turn != state_.agent_turn) return;
  state_.agent = AgentPhase::kIdle;
  state_.held = false;
}

void TurnManager::agent_speaks(TurnCommands& out) {
  if (state_.agent != AgentPhase::kIdle || utterance_open()) return;
  state_.agent_turn = ++state_.last_turn;
  state_.agent = AgentPhase::kReplying;
  out.add(act(TurnAction::kStartSpeaking, state_.agent_turn));
}

void TurnManager::voice_input_off(TurnCommands& out) {
  if (!utterance_open()) return;
  state_.words = 0;
  out.add(act(TurnAction::kRestartRecogniser));
  conclude(out);
}

// The user's turn is over, if one is open; its settled words are still to come.
void TurnManager::end_utterance(TurnEndReason reason, Duration now, TurnCommands& out) {
  if (!voice_on()) return;
  if (state_.user == UserPhase::kSpeaking) state_.speech_end = now;
  state_.user = UserPhase::kFinalizing;
  state_.reason = reason;
  state_.decided = now;
  out.add(cancel_timer(TurnTimer::kEndOfTurn));
  out.add(cancel_timer(TurnTimer::kMaxUtterance));
  out.add(act(TurnAction::kFlushUtterance));
  const Duration patience = state_.held ? std::min(limits_.final_timeout, turn_.false_interruption)
                                        : limits_.final_timeout;
  out.add(set_timer(TurnTimer::kFinal, now + patience));
}

// All that will be known of the user's words is known.
void TurnManager::conclude(TurnCommands& out) {
  const TurnId turn = state_.user_turn;
  const bool said_something = state_.words > 0;
  close_utterance(out);
  if (!said_something) {
    out.add(act(TurnAction::kDropTurn, turn));
    if (state_.held) out.add(act(TurnAction::kReleaseOutput));
    state_.held = false;
    return;
  }
  interrupt(turn, out);
  TurnCommand ended = act(TurnAction::kEndTurn, turn);
  ended.reason = state_.reason;
  out.add(ended);
  request_reply(turn, out);
}

void TurnManager::close_utterance(TurnCommands& out) {
  if (voice_on()) {  // cut short: no end of turn was decided before
    out.add(cancel_timer(TurnTimer::kEndOfTurn));
    out.add(cancel_timer(TurnTimer::kMaxUtterance));
  }
  out.add(cancel_timer(TurnTimer::kFinal));
  if (state_.held) out.add(cancel_timer(TurnTimer::kInterruption));
  state_.user = UserPhase::kSilent;
}

void TurnManager::request_reply(TurnId turn, TurnCommands& out) {
  state_.agent = AgentPhase::kReplying;
  state_.agent_turn = turn;
  out.add(act(TurnAction::kRequestReply, turn));
}

void TurnManager::hold(Duration decide_at, TurnCommands& out) {
  if (!state_.held) out.add(act(TurnAction::kHoldOutput));
  state_.held = true;
  out.add(set_timer(TurnTimer::kInterruption, decide_at));
}

void TurnManager::interrupt(TurnId by_turn, TurnCommands& out) {
  if (state_.agent == AgentPhase::kIdle) return;
  if (state_.held) out.add(cancel_timer(TurnTimer::kInterruption));
  TurnCommand command = act(TurnAction::kInterruptReply, state_.agent_turn);
  command.by_turn = by_turn;
  out.add(command);
  state_.agent = AgentPhase::kIdle;
  state_.held = false;
}

}  // namespace voiceagent
