// What the turn manager commands.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/utf8.h"
#include "core/session/session_impl.h"

namespace voiceagent {

void SessionImpl::carry_out(const TurnCommand& command) {
  switch (command.action) {
    case TurnAction::kStartUtterance:
      publish(command.turn, event::SpeechStarted{turns_.state().speech_start});
      return recogniser_->begin_utterance(now() - microphone_->age(0));
    case TurnAction::kFlushUtterance: return recogniser_->flush();
    case TurnAction::kRestartRecogniser: return recogniser_->end_utterance(true);
    case TurnAction::kEndTurn: return end_turn(command.turn, command.reason);
    case TurnAction::kDropTurn: return drop_turn(command.turn);
    case TurnAction::kRequestReply:
      begin_reply(command.turn);
      return responder_.ask(context_.messages());
    case TurnAction::kStartSpeaking:
      waterfall_.begin(command.turn, now(), now(), now());
      begin_reply(command.turn);
      return responder_.recite(parts_.agent->greeting);
    case TurnAction::kHoldOutput: return hold_output();
    case TurnAction::kReleaseOutput: return release_output();
    case TurnAction::kInterruptReply: return interrupt_reply(command.turn, command.by_turn);
    case TurnAction::kSetTimer:
      return timers_[static_cast<std::size_t>(command.timer)]->arm(command.at - now());
    case TurnAction::kCancelTimer:
      return timers_[static_cast<std::size_t>(command.timer)]->cancel();
  }
}

void SessionImpl::end_turn(TurnId turn, TurnEndReason reason) {
  const bool typed = reason == TurnEndReason::kTyped;
  const std::string text = typed ? std::exchange(typed_, {}) : recogniser_->text();
  const Duration decided = typed ? now() : turns_.state().decided;
  const Duration origin = typed ? now() : turns_.state().speech_end;
  if (!typed) recogniser_->end_utterance(false);
  waterfall_.begin(turn, origin, decided, now());
  context_.add_user(turn, text);
  publish(turn, event::TurnEnded{reason, text, decided - origin, now() - decided});
}

void SessionImpl::drop_turn(TurnId turn) {
  recogniser_->end_utterance(false);
  publish(turn, event::TurnDropped{});
}

void SessionImpl::begin_reply(TurnId turn) {
  reply_turn_ = turn;
  replying_ = true;
  reply_interrupted_ = false;
  heard_end_ = 0;
  spoken_ = voice_out();
  if (spoken_) speaker_.begin();
  publish(turn, event::ReplyStarted{});
}

void SessionImpl::hold_output() {
  if (!spoken_) return;
  speaker_.hold();
  publish(reply_turn_, event::PlaybackPaused{speaker_.unplayed_position()});
}

void SessionImpl::release_output() {
  if (!spoken_) return;
  publish(reply_turn_, event::PlaybackResumed{speaker_.sent_position()});
  speaker_.release();
}

void SessionImpl::interrupt_reply(TurnId turn, TurnId by_turn) {
  responder_.cancel();
  if (spoken_) speaker_.cancel();
  replying_ = false;
  reply_interrupted_ = true;
  remember_heard(heard_end_);
  publish(turn, event::Interrupted{heard_text(), by_turn});
  publish(turn, waterfall_.finish(responder_.text().size(), true));
}

// The model has said all that it will say.
void SessionImpl::end_of_reply_text() {
  if (spoken_) {
    speaker_.end_of_text();
  } else {
    finish_reply(responder_.text().size());
  }
}

void SessionImpl::finish_reply(std::size_t heard_end) {
  if (!std::exchange(replying_, false)) return;
  remember_heard(heard_end);
  publish(reply_turn_, event::PlaybackFinished{heard_text()});
  publish(reply_turn_, waterfall_.finish(responder_.text().size(), false));
  TurnInput ended{TurnFact::kReplyEnded};
  ended.turn = reply_turn_;
  fact(ended);
}

// Ends a reply because the session does.
void SessionImpl::cancel_reply() {
  if (!replying_) return;
  responder_.cancel();
  if (spoken_) speaker_.cancel();
  replying_ = false;
  reply_interrupted_ = true;
  remember_heard(heard_end_);
}

void SessionImpl::remember_heard(std::size_t text_end) {
  // A synthesiser's timings may point inside a character.
  heard_end_ = std::max(heard_end_, truncate_utf8(responder_.text(), text_end).size());
  context_.set_heard(reply_turn_, heard_text());
  if (reply_interrupted_) context_.mark_interrupted(reply_turn_);
}

std::string_view SessionImpl::heard_text() const {
  return trim(std::string_view(responder_.text()).substr(0, heard_end_));
}

}  // namespace voiceagent
