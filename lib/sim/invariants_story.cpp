#include "sim/invariants_story.h"

#include <algorithm>

#include "base/characters.h"
#include "base/text.h"

namespace voiceagent::sim {
namespace {

bool speaks(Mode mode) { return mode == Mode::kVoiceToVoice || mode == Mode::kTextToVoice; }

void append_words(std::string& text, std::string_view words) {
  if (!text.empty() && !words.empty()) text += ' ';
  text += words;
}

}  // namespace

void Findings::add(std::string_view invariant, std::string detail, Duration at) {
  const bool known = std::ranges::any_of(
      all_, [&](const Violation& violation) { return violation.invariant == invariant; });
  if (!known) all_.push_back({std::string(invariant), std::move(detail), at});
}

void Story::see(const AnyEvent& event) {
  envelope(event);
  event.visit([this](const auto& e) { on(e); });
  // What goes on behind the providers is no sign of life to the user, nor is a blank.
  const bool behind =
      event.kind() >= EventKind::kProviderFailover && event.kind() <= EventKind::kReplyHedged;
  const auto* delta = event.as<event::ReplyDelta>();
  const bool blank = delta != nullptr && trim(delta->text).empty();
  if (event.kind() != EventKind::kAudioIn && !behind && !blank) last_sign_ = now_;
  const bool of_tools =
      event.kind() >= EventKind::kToolCallStarted && event.kind() <= EventKind::kToolCallProgress;
  if (last_sign_ == now_ && !of_tools) last_word_ = now_;
}

void Story::envelope(const AnyEvent& event) {
  const EventEnvelope& envelope = event.envelope();
  expect(envelope.seq == seq_ + 1, "events are counted without gaps",
         [&] { return std::to_string(envelope.seq) + " after " + std::to_string(seq_); });
  expect(envelope.time >= now_, "time goes forward",
         [&] { return std::to_string(envelope.time.count()) + " ns"; });
  seq_ = envelope.seq;
  now_ = envelope.time;
  id_ = envelope.turn;
  check(!closed_, "nothing comes after session_closed");
  const bool frame =
      event.kind() == EventKind::kSessionOpened || event.kind() == EventKind::kSessionClosed;
  check(opened_ || frame, "nothing comes before session_opened");
}

void Story::new_turn() {
  check(id_ > newest_, "turn ids grow");
  newest_ = std::max(newest_, id_);
}

void Story::check_part_of_reply() {
  check(id_ != 0 && id_ == replying_, "what belongs to a reply comes while it is on");
}

void Story::on(const event::SessionOpened& e) {
  check(!opened_, "a session opens once");
  opened_ = true;
  output_rate_ = e.output_rate;
}

void Story::on(const event::SessionClosed&) {
  closed_ = true;
  for (const auto& [call, ended] : calls_) check(ended, "every call of a tool ends");
}

void Story::on(const event::ToolCallStarted& e) {
  check_part_of_reply();
  check(calls_.emplace(e.call_id, false).second, "calls of tools have names of their own");
  if (working_.empty()) tools_began_ = now_;
  working_.insert(std::string(e.call_id));
}

void Story::on(const event::ToolCallFinished& e) {
  check(e.state != ToolState::kRunning && e.state != ToolState::kCancelled,
        "a call that is finished has a result");
  end_call(e.call_id);
}

void Story::on(const event::ToolCallCancelled& e) { end_call(e.call_id); }

void Story::on(const event::ToolCallProgress& e) {
  const auto call = calls_.find(e.call_id);
  check(call != calls_.end() && !call->second, "only a running call makes progress");
}

void Story::end_call(std::string_view id) {
  const auto call = calls_.find(id);
  check(call != calls_.end() && !call->second, "a call of a tool starts and ends once");
  if (call != calls_.end()) call->second = true;
  working_.erase(std::string(id));
}

void Story::on(const event::ModeChanged& e) {
  check(e.mode != mode_, "the mode changes to another");
  mode_ = e.mode;
  if (replying_ != 0 && !speaks(mode_)) turn(replying_).turned = true;
}

void Story::on(const event::Error& e) {
  const bool reply = e.stage == Stage::kLlm || e.stage == Stage::kTts;
  if (reply && id_ != 0) turn(id_).failed = true;
}

void Story::on(const event::SpeechStarted&) {
  new_turn();
  check(user_turn_ == 0, "one turn of the user's at a time");
  user_turn_ = id_;
  turn(id_).spoken = true;
  turn(id_).began = now_;
}

void Story::on(const event::SpeechStopped&) {
  check(id_ == user_turn_, "speech_stopped belongs to the open turn");
}

void Story::on(const event::TranscriptPartial& e) {
  check(id_ == user_turn_ && id_ != 0, "a transcript belongs to the open turn");
  turn(id_).words = e.text;
}

void Story::on(const event::TranscriptFinal& e) {
  check(id_ == user_turn_ && id_ != 0, "a transcript belongs to the open turn");
  TurnStory& turn = this->turn(id_);
  append_words(turn.settled, e.text);
  turn.words = turn.settled;
}

void Story::on(const event::TurnEnded& e) {
  TurnStory& turn = this->turn(id_);
  check(!turn.ended && !turn.dropped, "a turn ends once");
  if (turn.spoken) {
    check(id_ == user_turn_, "the turn that ends is the open one");
    expect(e.text == turn.words, "a turn's text is what was transcribed",
           [&] { return "'" + std::string(e.text) + "' instead of '" + turn.words + "'"; });
    user_turn_ = 0;
  } else if (e.reason != TurnEndReason::kDtmf) {  // those are numbered by their first key
    new_turn();
  }
  check(!e.text.empty(), "a turn that is answered has a text");
  turn.ended = true;
  turn.reason = e.reason;
  turn.text = e.text;
  answered_.push_back(id_);
  owed_ = id_;
}

void Story::on(const event::TurnDropped& e) {
  TurnStory& turn = this->turn(id_);
  expect(e.text == turn.words, "a turn's text is what was transcribed",
         [&] { return "'" + std::string(e.text) + "' instead of '" + turn.words + "'"; });
  check(turn.spoken && id_ == user_turn_, "the turn that is dropped is the open one");
  check(!turn.ended && !turn.dropped, "a turn ends once");
  turn.dropped = true;
  user_turn_ = 0;
}

void Story::on(const event::ReplyStarted&) {
  TurnStory& turn = this->turn(id_);
  if (!turn.ended) {
    check(!turn.spoken, "a reply comes after the end of its turn");
    new_turn();
  }
  check(replying_ == 0, "one reply at a time");
  check(turn.reply == ReplyState::kNone, "a turn has one reply");
  turn.reply = ReplyState::kActive;
  newest_ = std::max(newest_, id_);
  turn.voice = speaks(mode_);
  replying_ = id_;
  if (id_ == owed_) owed_ = 0;
  held_ = begun_ = sounded_ = false;
}

void Story::on(const event::ReplyDelta& e) {
  check_part_of_reply();
  TurnStory& turn = this->turn(id_);
  check(!turn.done, "no text comes after reply_done");
  turn.said += e.text;
}

void Story::on(const event::ReplyDone& e) {
  check_part_of_reply();
  TurnStory& turn = this->turn(id_);
  check(!turn.done, "a reply is done once");
  expect(e.text == turn.said, "reply_done has the whole reply",
         [&] { return "'" + std::string(e.text) + "' instead of '" + turn.said + "'"; });
  turn.done = true;
}

void Story::on(const event::SpeechSegment& e) {
  check_part_of_reply();
  const std::string& said = turn(id_).said;
  const bool within = e.span.begin <= e.span.end && e.span.end <= said.size();
  expect(within && said.substr(e.span.begin, e.span.end - e.span.begin) == e.text,
         "a segment is a part of the reply", [&] { return std::string(e.text); });
}

void Story::on(const event::AudioOut& e) {
  check_part_of_reply();
  const auto samples = static_cast<std::int64_t>(e.audio.samples.size());
  check(!held_, "no audio leaves while output is held");
  check(turn(id_).voice && speaks(mode_), "audio leaves in voice modes");
  check(begun_, "playback_started comes before audio");
  expect(e.position == sent_, "positions count the samples",
         [&] { return std::to_string(e.position) + " after " + std::to_string(sent_); });
  check(samples > 0 && e.audio.sample_rate == output_rate_ && samples <= output_rate_ / 50,
        "a frame has up to 20 ms at the output rate");
  sent_ = e.position + samples;
  sounded_ = true;
}

void Story::on(const event::PlaybackStarted&) {
  check_part_of_reply();
  check(!begun_, "playback starts once");
  begun_ = true;
}

void Story::on(const event::PlaybackProgress& e) {
  check_part_of_reply();
  TurnStory& turn = this->turn(id_);
  const bool grows = e.heard.size() >= turn.heard.size() && e.heard.starts_with(turn.heard);
  expect(grows, "what was heard grows",
         [&] { return "'" + std::string(e.heard) + "' after '" + turn.heard + "'"; });
  turn.heard = e.heard;
}

void Story::on(const event::PlaybackFinished& e) {
  const TurnStory& turn = this->turn(id_);
  const bool spoken = turn.voice && !turn.turned && text::is_speakable(e.heard);
  check(!spoken || sounded_, "what was heard had a sound");
  end_reply(ReplyState::kFinished, e.heard);
}

void Story::on(const event::Interrupted& e) {
  const bool by_sound = e.by_turn != 0 && e.by_turn == user_turn_ && turn(e.by_turn).words.empty();
  check(begun_ || !by_sound, "a sound without words takes no reply away that nobody has heard");
  end_reply(ReplyState::kInterrupted, e.heard);
  const auto by = turns_.find(e.by_turn);
  check(e.by_turn == 0 || by != turns_.end() || e.by_turn > id_, "an interruption names its turn");
}

void Story::end_reply(ReplyState how, std::string_view heard) {
  check_part_of_reply();
  TurnStory& turn = this->turn(id_);
  expect(heard.starts_with(turn.heard), "what was heard grows",
         [&] { return "'" + std::string(heard) + "' after '" + turn.heard + "'"; });
  if (held_) turn.holds.back().second = now_;
  turn.reply = how;
  turn.heard = heard;
  turn.over = now_;
  working_.clear();
  replying_ = 0;
  held_ = false;
}

void Story::on(const event::PlaybackPaused& e) {
  check_part_of_reply();
  check(!held_, "output is held once");
  check(e.position <= sent_, "what was not played was sent");
  turn(id_).holds.emplace_back(now_, Duration::max());
  held_ = true;
}

void Story::on(const event::PlaybackResumed& e) {
  check_part_of_reply();
  check(held_, "output that is held is resumed");
  check(e.position == sent_, "output resumes at the next position");
  if (held_) turn(id_).holds.back().second = now_;
  held_ = false;
}

void Story::on(const event::OutputFlushed& e) {
  check(e.position == sent_, "a flush names the next position");
}

}  // namespace voiceagent::sim
