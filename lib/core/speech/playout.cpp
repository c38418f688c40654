// Playout: how audio leaves as it is due, and what of it was heard.
#include <algorithm>
#include <utility>

#include "core/speech/speaker.h"

namespace voiceagent {
namespace {

constexpr Duration kFrame{20'000'000};

}  // namespace

void Speaker::append(std::span<const std::int16_t> samples) {
  while (!samples.empty()) {
    if (!filling_.frame) {
      filling_.frame = pool_->take(frame_samples());
      filling_.count = 0;
      filling_.reply_sample = reply_samples_;
    }
    const std::size_t take = std::min(samples.size(), frame_samples() - filling_.count);
    std::copy_n(samples.data(), take, filling_.frame->samples().data() + filling_.count);
    filling_.count += take;
    samples = samples.subspan(take);
    if (filling_.count == frame_samples()) finish_piece();
  }
}

// A frame that fits is queued as it is.
void Speaker::append(FramePtr frame) {
  const std::size_t count = frame->samples().size();
  if (filling_.count > 0 || count != frame_samples()) {
    return append(std::as_const(*frame).samples());
  }
  filling_ = {std::move(frame), 0, count, reply_samples_};
  finish_piece();
}

void Speaker::finish_piece() {
  if (filling_.count == 0) return;
  reply_samples_ += static_cast<std::int64_t>(filling_.count);
  reply_.ready.push_back(std::exchange(filling_, {}));
}

// When the next frame may leave. REQUIRES: one is ready.
Duration Speaker::next_due() const {
  const std::int64_t lead = duration_to_samples(options_.lead, options_.sample_rate);
  const auto count = static_cast<std::int64_t>(reply_.ready.front().count);
  return clock_.due(count, std::max(lead, count));
}

// Sends what is due and asks to be called again when more is.
void Speaker::pump() {
  if (!active_ || held_) return;
  const Duration at = now();
  heard_up_to(reply_, clock_.heard(at));
  if (reply_.taken_back_to > 0) {
    if (at < clock_.settled_at()) return tick_.arm(clock_.settled_at() - at);
    reply_.taken_back_from = reply_.taken_back_to = 0;
  }
  // A frame that is not full waits for its rest, unless there is nothing else to play.
  if (reply_.ready.empty() && (failed_ || !owes_audio())) finish_piece();
  while (!reply_.ready.empty() && at >= next_due()) {
    send(reply_.ready.pop_front(), at);
    if (reply_.ready.empty() && (failed_ || !owes_audio())) finish_piece();
  }
  finish_if_heard(at);
  schedule(at);
}

void Speaker::send(Piece piece, Duration at) {
  piece.position = clock_.sent();
  const auto samples = std::as_const(*piece.frame).samples().subspan(piece.offset, piece.count);
  const TextSpan span = reply_.text.span_at(piece.reply_sample);
  const std::int64_t position = piece.position;
  const auto count = static_cast<std::int64_t>(piece.count);
  const std::int64_t reply_end = piece.reply_sample + count;
  reply_.sent.push_back(std::move(piece));
  clock_.send(position + count, at);
  progress_ = at;
  consume(reply_end);
  listener_.speaker_frame({samples, options_.sample_rate}, position, span);
}

// The reply has been sent up to `reply_sample`: what goes out again makes no room.
void Speaker::consume(std::int64_t reply_sample) {
  const std::int64_t fresh = reply_sample - reply_.consumed_samples;
  if (fresh <= 0) return;
  reply_.consumed_samples = reply_sample;
  if (port_ != nullptr) port_->consumed(samples_to_duration(fresh, options_.sample_rate));
}

void Speaker::heard_up_to(Reply& reply, std::int64_t position) {
  const bool nothing_before = reply.heard_samples == 0;
  while (!reply.sent.empty() && reply.sent.front().position < position) {
    const Piece& piece = reply.sent.front();
    const std::int64_t heard =
        std::min(position - piece.position, static_cast<std::int64_t>(piece.count));
    reply.heard_samples = std::max(reply.heard_samples, piece.reply_sample + heard);
    if (heard < static_cast<std::int64_t>(piece.count)) break;
    reply.sent.pop_front();
  }
  if (nothing_before && reply.heard_samples > 0 && &reply == &reply_) listener_.speaker_played();
  const std::size_t text = reply.text.heard_end(reply.heard_samples);
  if (text <= reply.heard_text) return;
  reply.heard_text = text;
  listener_.speaker_heard(reply.turn, text);
}

void Speaker::finish_if_heard(Duration at) {
  // What was taken back and yet not sent again was played as far as is known.
  const bool heard = reply_.sent.empty() || clock_.all_is_known(at);
  const bool nothing_left = reply_.ready.empty() && heard && filling_.count == 0;
  if (!active_ || !nothing_left || !(failed_ || audio_complete())) return;
  active_ = false;
  close_port();
  reply_.rest();
  listener_.speaker_finished();
}

void Speaker::schedule(Duration at) {
  if (!active_) return tick_.cancel();
  Duration next{0};
  if (!reply_.ready.empty()) {
    next = next_due();
  } else if (!reply_.sent.empty()) {
    // The player's report may come later than its playing: look again, frame by frame.
    next =
        std::max(at + kFrame, clock_.time_of(reply_.sent.front().position +
                                             static_cast<std::int64_t>(reply_.sent.front().count)));
  } else {
    return tick_.cancel();
  }
  tick_.arm(std::max(next - at, Duration(1'000'000)));
}

void Speaker::hold() {
  if (held_ || !active_) return;
  heard_up_to(reply_, clock_.heard(now()));
  held_ = true;
  tick_.cancel();
  take_back();
}

void Speaker::release() {
  if (!held_) return;
  held_ = false;
  pump();
}

// Moves what was sent and not played back in front of what waits. What was played stays with what
// was sent, until a report, or the lack of one, says so.
void Speaker::take_back() {
  if (!clock_.may_hold_audio()) return;
  reply_.taken_back_from = reply_.taken_back_to = clock_.sent();
  if (!reply_.sent.empty()) {
    reply_.taken_back_from = std::max(clock_.estimate(now()), reply_.sent.front().position);
  }
  while (!reply_.sent.empty()) {
    Piece& last = reply_.sent.back();
    const std::int64_t played = reply_.taken_back_from - last.position;
    if (played >= static_cast<std::int64_t>(last.count)) break;
    if (played <= 0) {
      reply_.ready.push_front(reply_.sent.pop_back());
      continue;
    }
    reply_.ready.push_front(last);
    advance(reply_.ready.front(), played);
    last.count = static_cast<std::size_t>(played);
    break;
  }
  clock_.flush(now());
  listener_.speaker_flushed(clock_.sent());
}

void Speaker::advance(Piece& piece, std::int64_t samples) {
  piece.offset += static_cast<std::size_t>(samples);
  piece.count -= static_cast<std::size_t>(samples);
  piece.reply_sample += samples;
}

// The player had already played so much of what was taken back.
void Speaker::drop_taken_back(Reply& reply, std::int64_t samples) {
  while (samples > 0 && !reply.ready.empty()) {
    Piece& piece = reply.ready.front();
    const std::int64_t played = std::min(samples, static_cast<std::int64_t>(piece.count));
    samples -= played;
    reply.heard_samples = std::max(reply.heard_samples, piece.reply_sample + played);
    advance(piece, played);
    if (piece.count == 0) reply.ready.pop_front();
  }
}

void Speaker::cancel() {
  if (!active_) return;
  heard_up_to(reply_, clock_.heard(now()));
  active_ = false;
  close_port();
  tick_.cancel();
  if (!std::exchange(held_, false)) take_back();
  filling_ = {};
  // What was taken back is kept for late reports, the rest will never be played.
  while (!reply_.ready.empty() && reply_.ready.back().reply_sample >= reply_.consumed_samples)
    reply_.ready.pop_back();
}

void Speaker::report(std::int64_t position) {
  position = std::min(position, clock_.sent());
  clock_.report(position, now());
  Reply& reply = position <= begun_at_ ? before_ : reply_;
  if (position > reply.taken_back_from && position <= reply.taken_back_to) {
    drop_taken_back(reply, position - std::exchange(reply.taken_back_from, position));
  }
  if (active_ && !held_ && &reply == &reply_) {
    pump();
  } else {
    heard_up_to(reply, position);
  }
}

}  // namespace voiceagent
