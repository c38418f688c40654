// What the turn manager commands.
#include <string>
#include <utility>

#include "core/session/session_impl.h"

namespace voiceagent {

void SessionImpl::carry_out(const TurnCommand& command) {
  switch (command.action) {
    case TurnAction::kStartUtterance: return begin_utterance(command.turn);
    case TurnAction::kFlushUtterance: return recogniser_->flush();
    case TurnAction::kResumeUtterance: return recogniser_->resume();
    case TurnAction::kRestartRecogniser: return give_up_waiting(command.turn);
    case TurnAction::kPauseUtterance: return pause_utterance(command.turn, command.at);
    case TurnAction::kHearAnew: return microphone_->hear_anew();
    case TurnAction::kEndTurn: return end_turn(command.turn, command.reason);
    case TurnAction::kDropTurn: return drop_turn(command.turn);
    case TurnAction::kDraftReply: return draft_reply();
    case TurnAction::kDropDraft: return drop_draft();
    case TurnAction::kRequestReply: return request_reply(command.turn);
    case TurnAction::kStartSpeaking: return start_speaking(command.turn, command.prompt);
    case TurnAction::kTellResult: return tell_result(command.turn);
    case TurnAction::kHoldOutput: return hold_output();
    case TurnAction::kReleaseOutput: return release_output();
    case TurnAction::kInterruptReply: return interrupt_reply(command);
    case TurnAction::kUserAway:
      return publish(0, event::UserAway{now() - turns_.state().quiet_since});
    case TurnAction::kUserBack: return publish(0, event::UserBack{});
    case TurnAction::kClose: return close(command.close_reason);
    case TurnAction::kSetTimer:
      return timers_[static_cast<std::size_t>(command.timer)]->arm(command.at - now());
    case TurnAction::kCancelTimer:
      return timers_[static_cast<std::size_t>(command.timer)]->cancel();
  }
}

void SessionImpl::begin_utterance(TurnId turn) {
  publish(turn, event::SpeechStarted{turns_.state().utterance_start});
  reading_.begin({agent_asked_, 0}, now());
  recogniser_->begin_utterance(now() - microphone_->age(0));
  if (detection_ != nullptr) detection_->begin_utterance();
}

void SessionImpl::pause_utterance(TurnId turn, Duration at) {
  publish(turn, event::SpeechStopped{at});
  ask_turn_detector();
}

// The recogniser has not answered in time. What was understood is answered; nothing is a failure.
void SessionImpl::give_up_waiting(TurnId turn) {
  recogniser_->give_up();
  // A back-channel is no answer to what may have been said after it.
  if (reading_.words() > 0 && !reading_.back_channel()) return;
  publish_error(
      Stage::kStt, turn,
      {ErrorCode::kTimeout,
       "the recogniser settled no words for " +
           std::to_string(parts_.agent->limits.final_timeout.count() / 1'000'000) + " ms"});
  if (reading_.words() == 0) nothing_helped(Stage::kStt, turn);
}

void SessionImpl::end_turn(TurnId turn, TurnEndReason reason) {
  const bool voice = reason != TurnEndReason::kTyped && reason != TurnEndReason::kDtmf;
  const Duration decided = voice ? turns_.state().decided : now();
  const Duration origin = voice ? turns_.state().speech_end : now();
  std::string text;
  if (reason == TurnEndReason::kTyped) text = std::exchange(typed_, {});
  if (reason == TurnEndReason::kDtmf) text = std::exchange(keys_, {});
  if (voice) {
    text = recogniser_->text();
    recogniser_->end_utterance();
  }
  ended_ = {turn, origin, decided, now()};
  context_.add_user(turn, text);
  publish(turn, event::TurnEnded{reason, text, decided - origin, now() - decided});
}

void SessionImpl::drop_turn(TurnId turn) {
  const std::string text = recogniser_->text();
  recogniser_->end_utterance();
  if (text.empty() || loudness_.voice_fell_silent()) loudness_.voice_was_nobody();
  publish(turn, event::TurnDropped{text});
}

// A reply may have ended by itself before the command about it is carried out.
void SessionImpl::hold_output() {
  if (!spoken_ || !replying_) return;
  speaker_.hold();
  publish(reply_.turn, event::PlaybackPaused{speaker_.unplayed_position()});
}

void SessionImpl::release_output() {
  if (!spoken_ || !replying_) return;
  publish(reply_.turn, event::PlaybackResumed{speaker_.sent_position()});
  speaker_.release();
}

}  // namespace voiceagent
