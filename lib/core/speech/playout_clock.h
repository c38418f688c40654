// Where the player is in the output stream: by its reports, and by the clock where it gives none.
//
// Positions count the samples sent in the whole session. heard = max(heard before, min(reported,
// sent)); a player that has not reported for 500 ms, or never does, is taken to play without gaps
// from `delay` after the first frame.
//
// The sending keeps a pace of its own, as if nothing lay between: reports are late by the network's
// delay both ways, and a sender that waited for them would starve a player far away. They only
// bound how far the sending may run ahead of a player that has fallen behind.
#pragma once

#include <algorithm>
#include <cstdint>

#include "voiceagent/time.h"

namespace voiceagent {

class PlayoutClock {
 public:
  // `expects_reports`: the player will report, so its silence means that it hasn't begun.
  PlayoutClock(int sample_rate, Duration delay, bool expects_reports = false)
      : rate_(sample_rate), delay_(delay), ever_reported_(expects_reports) {}

  // Samples up to `end` have been sent. REQUIRES: end >= sent().
  void send(std::int64_t end, Duration now) {
    if (estimate(now) == sent_) {  // the player had run dry: it begins anew
      played_ = {sent_, now + delay_};
      begun_ = now;
    }
    if (along(pace_, now) == sent_) pace_ = {sent_, now};
    sent_ = end;
  }

  // When `samples` more may be sent, so that the player has at most `lead` in hand.
  Duration due(std::int64_t samples, std::int64_t lead) const {
    const std::int64_t begin = sent_ + samples - lead;
    return std::max(reaches(pace_, begin),
                    reaches(played_, begin - duration_to_samples(kMaxUnreported, rate_)));
  }

  // The player says that it has played up to `position`.
  void report(std::int64_t position, Duration now) {
    position = std::min(position, sent_);
    if (position <= reported_) return;
    reported_ = position;
    reported_at_ = now;
    ever_reported_ = true;
    if (position <= flushed_) {  // about audio that was taken back since
      if (position > flushed_from_) {
        silent_at_ = flushed_at_ + samples_to_duration(position - flushed_from_, rate_);
      }
      return;
    }
    played_ = {position, now};
  }

  // What was sent and not played has been taken back: the player has nothing left.
  void flush(Duration now) {
    // A player that has nothing left has nothing to report: its silence from now on says nothing.
    known_at_flush_ = trusts_reports(now) ? reported_ : estimate(now);
    flushed_from_ = estimate(now);
    silent_at_ = std::min(now, time_of(sent_));
    flushed_ = sent_;
    flushed_at_ = now;
    played_.position = sent_;
    pace_.position = sent_;
  }

  // When the last sample was played, or will have been: a player that tells of more than it was
  // known to have played when all was taken back has played so much longer.
  Duration silent_at() const { return flushed_ == sent_ ? silent_at_ : time_of(sent_); }

  // Whether the player may have anything left to play.
  bool may_hold_audio() const { return sent_ > std::max(reported_, flushed_); }

  // Whether no report is to be expected any more: all was taken back, and the reports that were
  // under way then have come.
  bool all_is_known(Duration now) const {
    return flushed_ == sent_ && now - std::max(reported_at_, flushed_at_) >= kReportPatience;
  }

  // When the player has told how far it came before all was taken back: one that has not heard of
  // that yet plays and reports on.
  Duration settled_at() const {
    if (flushed_ != sent_ || reported_ >= flushed_) return Duration(0);
    return std::min(reported_at_ + kReportGap, flushed_at_ + kReportPatience);
  }

  // Where the player is now, by the last report and the clock.
  std::int64_t estimate(Duration now) const { return along(played_, now); }

  // What has been heard for certain. Never goes back.
  std::int64_t heard(Duration now) {
    const bool nothing_left = flushed_ == sent_;
    const std::int64_t known = nothing_left          ? std::max(reported_, known_at_flush_)
                               : trusts_reports(now) ? reported_
                                                     : estimate(now);
    heard_ = std::max(heard_, known);
    return heard_;
  }

  // When the player will have played up to `position`, as far as is known.
  Duration time_of(std::int64_t position) const {
    return std::max(played_.time, reaches(played_, position));
  }

  std::int64_t sent() const { return sent_; }

 private:
  static constexpr Duration kReportPatience{500'000'000};
  static constexpr Duration kReportGap{60'000'000};  // between reports of a player that plays
  // Beyond the lead: a round trip of the longest network, and the player's own buffer.
  static constexpr Duration kMaxUnreported{1'000'000'000};

  // A position and when it is played; from there on it goes at the sample rate.
  struct Anchor {
    std::int64_t position = 0;
    Duration time{0};
  };
  std::int64_t along(const Anchor& anchor, Duration now) const {
    if (now <= anchor.time) return anchor.position;
    return std::min(sent_, anchor.position + duration_to_samples(now - anchor.time, rate_));
  }
  bool trusts_reports(Duration now) const {
    return ever_reported_ && now - std::max(reported_at_, begun_) < kReportPatience;
  }
  // Zero when it has gone by before the anchor.
  Duration reaches(const Anchor& anchor, std::int64_t position) const {
    if (position <= anchor.position) return Duration(0);
    return anchor.time + samples_to_duration(position - anchor.position, rate_);
  }

  const int rate_;
  const Duration delay_;
  std::int64_t sent_ = 0;
  std::int64_t heard_ = 0;
  std::int64_t reported_ = 0;
  std::int64_t flushed_ = 0;  // up to here nothing is waiting in the player
  std::int64_t known_at_flush_ = 0;
  std::int64_t flushed_from_ = 0;  // the player was here then, by the last report and the clock
  Duration silent_at_{0};
  Duration flushed_at_{0};
  Anchor played_;  // where the player is, by the last report
  Anchor pace_;    // where it would be without a network
  Duration begun_{0};
  Duration reported_at_{0};
  bool ever_reported_;
};

}  // namespace voiceagent
