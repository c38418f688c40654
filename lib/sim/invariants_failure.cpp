// What the user must be told of when nothing helped, and whether they have been.
#include <algorithm>

#include "sim/invariants.h"

namespace voiceagent::sim {

void Invariants::note_failure(const AnyEvent& event) {
  note_answer(event);
  if (tells(event)) unanswered_ = 0;
  check_close(event);
  const auto* error = event.as<event::Error>();
  if (error == nullptr) return;
  const TurnId turn = event.envelope().turn;
  failed_ = std::max(failed_, turn);
  const bool lost = error->stage == Stage::kLlm && !plan_.agent.resilience.apology.empty();
  if (!lost || apologises(turn)) return;
  unanswered_ = turn;
  failed_at_ = story_.now();
}

// Who is hung up on has heard why, and all that there was to tell. What comes up in that very
// moment comes too late.
void Invariants::check_close(const AnyEvent& event) {
  const Duration now = story_.now();
  const auto* finished = event.as<event::PlaybackFinished>();
  if (finished != nullptr && !finished->heard.empty()) parted_at_ = now;
  if (finished != nullptr && finished->heard.empty() && now > parted_at_) parted_at_ = Duration(-1);
  const auto* closed = event.as<event::SessionClosed>();
  if (closed == nullptr) return;
  const bool hangs_up = closed->reason == CloseReason::kAgent;
  if (hangs_up && parted_at_ < Duration(0)) add("nobody is hung up on without a word", "");
  if (hangs_up && unanswered_ != 0 && failed_at_ > parted_at_) {
    add("nobody is hung up on who is to be told of a failure",
        "of " + std::to_string(to_ms(failed_at_)) + " ms");
  }
  unanswered_ = 0;
}

// Who goes on and is answered need not be told any more. What the agent wanted to say by itself it
// may try again.
void Invariants::note_answer(const AnyEvent& event) {
  const TurnId turn = event.envelope().turn;
  if (event.kind() == EventKind::kReplyStarted && story_.turn(turn).ended) {
    if (turn > failed_) failed_ = 0;
    if (turn > unanswered_) unanswered_ = 0;
  }
  if (event.kind() != EventKind::kReplyDelta) return;
  if (!apologises(turn)) {
    const bool own = unanswered_ != 0 && !story_.turn(unanswered_).ended;
    if (own && turn > unanswered_) unanswered_ = 0;
  } else if (failed_ == 0) {
    add("nobody apologises when a later turn is answered", "turn " + std::to_string(turn));
  }
}

bool Invariants::apologises(TurnId turn) const {
  const auto reply = story_.turns().find(turn);
  return reply != story_.turns().end() && !reply->second.said.empty() &&
         plan_.agent.resilience.apology.starts_with(reply->second.said);
}

// The apology has been read, played, or talked over; or the mode has changed instead of it.
bool Invariants::tells(const AnyEvent& event) const {
  if (event.kind() == EventKind::kModeChanged) return true;
  const TurnId turn = event.envelope().turn;
  if (!apologises(turn)) return false;
  const TurnStory& reply = story_.turns().at(turn);
  if (!reply.voice || reply.turned || reply.reply == ReplyState::kInterrupted) return true;
  return reply.reply == ReplyState::kFinished && (!reply.heard.empty() || reply.failed);
}

// As soon as nobody else speaks.
void Invariants::look_for_apology(Duration now, Duration sign) {
  if (unanswered_ == 0 || now < std::max(failed_at_, sign) + std::chrono::seconds(4)) return;
  add("the user is told of a failure", "of " + std::to_string(to_ms(failed_at_)) + " ms");
  unanswered_ = 0;
}

}  // namespace voiceagent::sim
