// The user's side: utterances, and how long they last.
#include "core/turn/turn_manager.h"

#include <algorithm>
#include <utility>

#include "core/turn/turn_command.h"

namespace voiceagent {

using turns::act;
using turns::cancel_timer;
using turns::pause;
using turns::set_timer;

namespace {

// So much later than the detector a recogniser may hear that the voice is back.
constexpr Duration kRecogniserLag{500'000'000};
// So long at most the end of a turn is put off because there might be speech again.
constexpr Duration kStirring{200'000'000};
constexpr Duration kLookAgain{20'000'000};  // a frame later

}  // namespace

void TurnManager::step(const TurnInput& input, const Perceived& perceived, Duration now,
                       TurnCommands& commands) {
  Step step{input, perceived, now, commands, false};
  take(step);
  settle(step);
}

void TurnManager::take(Step& step) {
  switch (step.input.fact) {
    case TurnFact::kOpened:
      state_.quiet_since = step.now;
      if (limits_.max_session > Duration(0)) {
        step.out.add(set_timer(TurnTimer::kMaxSession, step.now + limits_.max_session));
      }
      return;
    case TurnFact::kSpeechStarted: return speech_started(step);
    case TurnFact::kSpeechStopped: return speech_stopped(step);
    case TurnFact::kPartial: return words_changed(step);
    case TurnFact::kFinal:
      if (state_.user != UserPhase::kFinalizing || state_.settled) return words_changed(step);
      if (step.perceived.words > 0) sign_of_life(step);
      return conclude(step);
    case TurnFact::kRecogniserFailed: return recogniser_failed(step);
    case TurnFact::kRecogniserSaysEnd: return recogniser_says_end(step);
    case TurnFact::kRecogniserTakesBack: return recogniser_takes_back(step);
    case TurnFact::kEstimate: return estimated(step, step.input.probability);
    case TurnFact::kTimer: return timer(step);
    case TurnFact::kTyped: return typed(step);
    case TurnFact::kKey: return key(step);
    case TurnFact::kCommit:
      end_utterance(step, TurnEndReason::kCommitted);
      if (state_.keys_open) end_keys(step);
      return;
    case TurnFact::kInterrupt: return interrupt(step, 0);
    case TurnFact::kReplyEnded: return reply_ended(step);
    case TurnFact::kAgentSpeaks: return;  // once nobody speaks
    case TurnFact::kVoiceInputOff:
      // What was said so far is the turn; one that is over already is answered all the same.
      state_.voice = state_.goes_on = false;
      return end_utterance(step, TurnEndReason::kCommitted);
    case TurnFact::kToolsStarted:
      state_.tools = replying() && step.input.turn == state_.agent_turn;
      return;
    case TurnFact::kToolsEnded:
      if (step.input.turn != state_.agent_turn) return;
      if (!std::exchange(state_.tools, false)) return;
      step.listen_again = true;  // who was not listened to because of them may be heard now,
      return consider_interruption(step);  // and who was may interrupt
    case TurnFact::kToolTold: state_.to_tell = true; return;
    case TurnFact::kResultsSeen: state_.to_tell = false; return;
  }
}

void TurnManager::speech_started(Step& step) {
  state_.voice = true;
  state_.unheard = false;
  const Duration at = step.input.at;
  switch (state_.user) {
    case UserPhase::kSilent: return open_utterance(step, at);
    case UserPhase::kTrailing: step.out.add(cancel_timer(TurnTimer::kEndOfTurn)); break;
    case UserPhase::kFinalizing:
      if (!state_.end_stands || state_.settled) return resume_utterance(step, at);
      if (!std::exchange(state_.goes_on, true)) state_.goes_on_from = at;
      return;
    case UserPhase::kSpeaking: return;
  }
  go_on(step, at);
}

// The user goes on after all: the words that were asked for become a part of the turn.
void TurnManager::resume_utterance(Step& step, Duration at) {
  reopen(step);
  go_on(step, at);
}

void TurnManager::reopen(Step& step) {
  step.out.add(cancel_timer(TurnTimer::kFinal));
  step.out.add(set_timer(TurnTimer::kMaxUtterance,
                         std::max(step.now, state_.utterance_start + limits_.max_utterance)));
  step.out.add(act(TurnAction::kResumeUtterance));
}

void TurnManager::open_utterance(Step& step, Duration at) {
  state_.speech_start = at;
  state_.voiced = Duration(0);
  step.perceived.utterance_begins(step.now);
  const TurnSnapshot now = snapshot(step);
  if (ask_.mute->muted(now)) return;
  if (!ask_.start_of_speech->listens(now)) return;
  state_.user = UserPhase::kSpeaking;
  state_.user_turn = ++state_.last_turn;
  state_.utterance_start = at;
  state_.harmless = state_.settled = state_.was_held = state_.recogniser_says_end = false;
  state_.drafts = 0;
  step.out.add(act(TurnAction::kStartUtterance, state_.user_turn));
  step.out.add(set_timer(TurnTimer::kMaxUtterance, at + limits_.max_utterance));
  consider_interruption(step);
}

// The voice is back within the turn.
void TurnManager::go_on(Step& step, Duration at) {
  note_pause(at - state_.speech_end);
  drop_draft(step);
  state_.user = UserPhase::kSpeaking;
  state_.settled = state_.recogniser_says_end = false;
  state_.speech_start = at;
  consider_interruption(step);
}

void TurnManager::speech_stopped(Step& step) {
  state_.voice = false;
  state_.goes_on_until = step.input.at;
  if (speaking()) voice_off(step, step.input.at);
}

void TurnManager::voice_off(Step& step, Duration at) {
  step.out.add(pause(state_.user_turn, at));
  state_.user = UserPhase::kTrailing;
  state_.speech_end = at;
  state_.voiced += std::max(Duration(0), state_.speech_end - state_.speech_start);
  state_.estimate = -1.0F;
  consider_interruption(step);
  plan_end(step);
}

void TurnManager::words_changed(Step& step) {
  if (!utterance_open()) return;
  if (step.perceived.words > 0) sign_of_life(step);
  consider_interruption(step);
  if (trailing()) plan_end(step);
}

// When the silence will have lasted long enough, by what is known now.
void TurnManager::plan_end(Step& step) {
  const EndOfTurnDecision decision = ask_.end_of_turn->decide(snapshot(step));
  const Duration at = state_.speech_end + std::max(Duration(0), decision.silence);
  state_.end_due = std::max(step.now, at);
  step.out.add(set_timer(TurnTimer::kEndOfTurn, state_.end_due));
  if (state_.drafting && step.perceived.draft_stale) drop_draft(step);
  const bool may_draft = !state_.drafting && !replying() && !state_.keys_open &&
                         step.perceived.words > 0 && state_.drafts < turn_.preemptive_replies;
  if (!decision.likely || !may_draft) return;
  state_.drafting = true;
  ++state_.drafts;
  step.out.add(act(TurnAction::kDraftReply, state_.user_turn));
}

void TurnManager::estimated(Step& step, float probability) {
  state_.estimate = probability;
  if (trailing()) plan_end(step);
}

void TurnManager::recogniser_says_end(Step& step) {
  if (!speaking() && !trailing()) return;
  state_.recogniser_says_end = true;
  // Of a voice that has just come back it doesn't know yet.
  if (speaking() && step.now < state_.speech_start + kRecogniserLag) return;
  const Duration silence = trailing() ? step.now - state_.speech_end : Duration(0);
  if (ask_.end_of_turn->decide(snapshot(step)).silence <= silence) {
    return end_utterance(step, TurnEndReason::kProvider);
  }
  if (trailing()) plan_end(step);
}

void TurnManager::recogniser_takes_back(Step& step) {
  state_.recogniser_says_end = false;
  estimated(step, 0.0F);
  const bool ended_it =
      state_.user == UserPhase::kFinalizing && state_.reason == TurnEndReason::kProvider;
  if (!ended_it || state_.settled) return;
  state_.end_stands = false;
  if (!state_.goes_on) return;
  state_.goes_on = false;
  resume_utterance(step, state_.goes_on_from);
  if (!state_.voice) voice_off(step, state_.goes_on_until);
}

void TurnManager::recogniser_failed(Step& step) {
  if (!utterance_open()) return;
  if (state_.user != UserPhase::kFinalizing) {
    stop_listening(step, TurnEndReason::kProvider);
    // Of who was understood so far, another stream may understand the rest. Without words it would
    // be tried in vain for as long as the voice is on, and each time be apologised for.
    if (step.perceived.words > 0) hear_anew(step);
    state_.unheard = state_.voice;
  }
  if (!state_.settled) conclude(step);
  // What may be a back-channel doesn't wait for the reply's end: nobody would hear how it goes on.
  if (state_.settled) drop_utterance(step);
}

void TurnManager::timer(Step& step) {
  switch (step.input.timer) {
    case TurnTimer::kEndOfTurn: return silence_lasted(step);
    case TurnTimer::kMaxUtterance: return end_utterance(step, TurnEndReason::kLimit);
    case TurnTimer::kFinal:
      if (state_.user != UserPhase::kFinalizing) return;
      if (state_.settled) return drop_utterance(step);
      step.out.add(act(TurnAction::kRestartRecogniser, state_.user_turn));
      return conclude(step);
    case TurnTimer::kInterruption:
      if (!state_.judging) return;
      state_.judging = false;
      return consider_interruption(step);
    case TurnTimer::kIdle: return idle_timer(step);
    case TurnTimer::kKeys:
      if (state_.keys_open) end_keys(step);
      return;
    case TurnTimer::kMaxSession: step.out.add(turns::close(CloseReason::kLimit)); return;
  }
}

// The turn ends, unless the user is just going on: the start of speech takes its time to be sure.
void TurnManager::silence_lasted(Step& step) {
  if (!trailing()) return;
  if (step.perceived.stirring && step.now < state_.end_due + kStirring) {
    return step.out.add(set_timer(TurnTimer::kEndOfTurn, step.now + kLookAgain));
  }
  end_utterance(step, TurnEndReason::kSilence);
}

// A running mean and a mean deviation, as TCP estimates its round trips (RFC 6298: 1/8 and 1/4).
void TurnManager::note_pause(Duration pause) {
  pause = std::max(Duration(0), pause);
  if (state_.pauses++ == 0) {
    state_.usual_pause = pause;
    state_.pause_spread = pause / 2;
    return;
  }
  const Duration error = pause - state_.usual_pause;
  state_.pause_spread += (std::chrono::abs(error) - state_.pause_spread) / 4;
  state_.usual_pause += error / 8;
}

TurnSnapshot TurnManager::snapshot(const Step& step) const {
  const Perceived& p = step.perceived;
  TurnSnapshot s;
  s.now = step.now;
  s.speaking = speaking() || (!utterance_open() && state_.voice);
  s.utterance = utterance_open();
  s.utterance_start = state_.utterance_start;
  s.speech_start = state_.speech_start;
  s.speech_end = state_.speech_end;
  s.voice_until = std::max(state_.speech_start, p.voice_until);
  s.voiced = state_.voiced;
  if (s.speaking) s.voiced += s.voice_until - state_.speech_start;
  s.words = p.words;
  s.transcript = p.transcript;
  s.language = p.language;
  s.partial_words = p.partial_words;
  s.settled = state_.settled;
  s.back_channel = p.back_channel;
  s.completeness = p.completeness;
  s.confidence = p.confidence;
  s.transcript_age = step.now - p.transcript_changed;
  s.estimate = state_.estimate;
  s.recogniser_says_end = state_.recogniser_says_end;
  s.pauses = state_.pauses;
  s.usual_pause = state_.usual_pause;
  s.pause_spread = state_.pause_spread;
  s.level_db = p.level_db;
  s.noise_db = p.noise_db;
  s.echo_db = p.echo_db;
  s.replying = replying();
  s.audible = replying() && p.audible && !state_.held;
  s.audible_since = p.audible ? p.audible_since : Duration(-1);
  s.held = state_.held;
  s.held_since = state_.held_since;
  s.was_held = state_.was_held;
  s.uninterruptible = replying() && p.uninterruptible;
  s.replies = state_.replies;
  s.tool_running = state_.tools;
  return s;
}

}  // namespace voiceagent
