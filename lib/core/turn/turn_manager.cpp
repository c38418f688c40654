#include "core/turn/turn_manager.h"

#include <algorithm>
#include <utility>

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
    case TurnFact::kSpeechStarted: return speech_started(input.at, now, commands);
    case TurnFact::kSpeechStopped: return speech_stopped(input.at, now, commands);
    case TurnFact::kPartial: return partial(input.words, commands);
    case TurnFact::kFinal: return final(input.words, commands);
    case TurnFact::kRecogniserFailed: return recogniser_failed(now, commands);
    case TurnFact::kTimer: return timer(input.timer, now, commands);
    case TurnFact::kTyped: return typed(now, commands);
    case TurnFact::kCommit: return end_utterance(TurnEndReason::kCommitted, now, commands);
    case TurnFact::kRecogniserSaysEnd:
      return end_utterance(TurnEndReason::kProvider, now, commands);
    case TurnFact::kInterrupt: return interrupt(0, commands);
    case TurnFact::kReplyEnded: return reply_ended(input.turn, commands);
    case TurnFact::kAgentSpeaks: return agent_speaks(commands);
    // What was said so far is the turn; one that is over already is answered all the same.
    case TurnFact::kVoiceInputOff: return end_utterance(TurnEndReason::kCommitted, now, commands);
  }
}

void TurnManager::speech_started(Duration at, Duration now, TurnCommands& out) {
  switch (state_.user) {
    case UserPhase::kSilent:
      if (state_.agent != AgentPhase::kIdle && !turn_.interruptions) return;
      state_.user_turn = ++state_.last_turn;
      state_.words = 0;
      state_.harmless = false;
      state_.speech_start = at;
      out.add(act(TurnAction::kStartUtterance, state_.user_turn));
      out.add(set_timer(TurnTimer::kMaxUtterance, at + limits_.max_utterance));
      break;
    case UserPhase::kTrailing: out.add(cancel_timer(TurnTimer::kEndOfTurn)); break;
    case UserPhase::kFinalizing:
      // The user goes on after all: the words that were asked for become a part of the turn.
      out.add(cancel_timer(TurnTimer::kFinal));
      out.add(set_timer(TurnTimer::kMaxUtterance, state_.speech_start + limits_.max_utterance));
      break;
    case UserPhase::kSpeaking: return;
  }
  state_.user = UserPhase::kSpeaking;
  if (state_.agent != AgentPhase::kIdle) suspect(at, now, out);
}

void TurnManager::speech_stopped(Duration at, Duration now, TurnCommands& out) {
  if (!speaking()) return;
  state_.user = UserPhase::kTrailing;
  state_.speech_end = at;
  wait_for_words(now, out);
  out.add(set_timer(TurnTimer::kEndOfTurn, std::max(now, at + turn_.endpointing)));
}

void TurnManager::partial(int words, TurnCommands& out) {
  if (!utterance_open()) return;
  state_.words = words;
  if (words >= std::max(1, turn_.interruption_words)) interrupt(state_.user_turn, out);
}

void TurnManager::final(int words, TurnCommands& out) {
  partial(words, out);
  if (state_.user == UserPhase::kFinalizing) conclude(out);
}

void TurnManager::recogniser_failed(Duration now, TurnCommands& out) {
  if (!utterance_open()) return;
  if (voice_on()) decide(TurnEndReason::kProvider, now);
  conclude(out);
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
    case TurnTimer::kInterruption: return judge(out);
  }
}

void TurnManager::typed(Duration now, TurnCommands& out) {
  const TurnId turn = ++state_.last_turn;
  interrupt(turn, out);
  TurnCommand ended = act(TurnAction::kEndTurn, turn);
  ended.reason = TurnEndReason::kTyped;
  out.add(ended);
  request_reply(turn, out);
  state_.harmless = false;
  if (utterance_open()) suspect(now, now, out);
}

void TurnManager::reply_ended(TurnId turn, TurnCommands& out) {
  if (state_.agent == AgentPhase::kIdle || turn != state_.agent_turn) return;
  cancel_judgement(out);
  state_.agent = AgentPhase::kIdle;
  state_.held = false;
}

void TurnManager::agent_speaks(TurnCommands& out) {
  if (state_.agent != AgentPhase::kIdle || utterance_open()) return;
  state_.agent_turn = ++state_.last_turn;
  state_.agent = AgentPhase::kReplying;
  out.add(act(TurnAction::kStartSpeaking, state_.agent_turn));
}

// The user's turn is over, if one is open; its settled words are still to come.
void TurnManager::end_utterance(TurnEndReason reason, Duration now, TurnCommands& out) {
  if (!voice_on()) return;
  decide(reason, now);
  state_.user = UserPhase::kFinalizing;
  wait_for_words(now, out);
  out.add(cancel_timer(TurnTimer::kEndOfTurn));
  out.add(cancel_timer(TurnTimer::kMaxUtterance));
  out.add(act(TurnAction::kFlushUtterance));
  out.add(set_timer(TurnTimer::kFinal, now + limits_.final_timeout));
}

void TurnManager::decide(TurnEndReason reason, Duration now) {
  if (speaking()) state_.speech_end = now;
  state_.reason = reason;
  state_.decided = now;
}

// All that will be known of the user's words is known.
void TurnManager::conclude(TurnCommands& out) {
  const TurnId turn = state_.user_turn;
  const bool said_something = state_.words > 0;
  close_utterance(out);
  if (!said_something) {
    out.add(act(TurnAction::kDropTurn, turn));
    return release(out);
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
  cancel_judgement(out);
  state_.user = UserPhase::kSilent;
}

void TurnManager::request_reply(TurnId turn, TurnCommands& out) {
  state_.agent = AgentPhase::kReplying;
  state_.agent_turn = turn;
  out.add(act(TurnAction::kRequestReply, turn));
}

// The user makes or made a sound, since `since`, while the agent has the floor. The agent is silent
// until it is known what it was, unless the same utterance has turned out harmless before.
void TurnManager::suspect(Duration since, Duration now, TurnCommands& out) {
  if (!state_.held && !state_.harmless) {
    out.add(act(TurnAction::kHoldOutput));
    state_.held = true;
    state_.held_until = now + turn_.false_interruption;
  }
  if (!speaking()) return wait_for_words(now, out);
  judge_at(since + turn_.interruption_speech, out);
}

// The sound has ended: only words can make an interruption of it.
void TurnManager::wait_for_words(Duration now, TurnCommands& out) {
  if (state_.held) {
    judge_at(std::max(now, state_.held_until), out);
  } else {
    cancel_judgement(out);
  }
}

void TurnManager::judge_at(Duration at, TurnCommands& out) {
  state_.judging = true;
  out.add(set_timer(TurnTimer::kInterruption, at));
}

void TurnManager::cancel_judgement(TurnCommands& out) {
  if (std::exchange(state_.judging, false)) out.add(cancel_timer(TurnTimer::kInterruption));
}

// A sound that still lasts is an interruption; one that has ended without words was none.
void TurnManager::judge(TurnCommands& out) {
  if (!std::exchange(state_.judging, false)) return;
  if (speaking()) return interrupt(state_.user_turn, out);
  state_.harmless = true;
  release(out);
}

void TurnManager::release(TurnCommands& out) {
  if (std::exchange(state_.held, false)) out.add(act(TurnAction::kReleaseOutput));
}

void TurnManager::interrupt(TurnId by_turn, TurnCommands& out) {
  if (state_.agent == AgentPhase::kIdle) return;
  cancel_judgement(out);
  TurnCommand command = act(TurnAction::kInterruptReply, state_.agent_turn);
  command.by_turn = by_turn;
  out.add(command);
  state_.agent = AgentPhase::kIdle;
  state_.held = false;
}

}  // namespace voiceagent
