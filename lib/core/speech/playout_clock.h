// Where the player is in the output stream: by its reports, and by the clock where it gives none.
//
// Positions count the samples sent in the whole session. heard = max(heard before, min(reported,
// sent)); a player that has not reported for 500 ms, or never does, is taken to play without gaps
// from `delay` after the first frame.
#pragma once

#include <algorithm>
#include <cstdint>

#include "voiceagent/time.h"

namespace voiceagent {

class PlayoutClock {
 public:
  PlayoutClock(int sample_rate, Duration delay) : rate_(sample_rate), delay_(delay) {}

  // Samples up to `end` have been sent. REQUIRES: end >= sent().
  void send(std::int64_t end, Duration now) {
    if (estimate(now) == sent_) {  // the player had run dry: it begins anew
      base_position_ = sent_;
      base_time_ = now + delay_;
      begun_ = now;
    }
    sent_ = end;
  }

  // The player says that it has played up to `position`.
  void report(std::int64_t position, Duration now) {
    position = std::min(position, sent_);
    if (position <= reported_) return;
    reported_ = position;
    reported_at_ = now;
    ever_reported_ = true;
    if (position <= flushed_) return;  // about audio that was taken back since
    base_position_ = position;
    base_time_ = now;
  }

  // What was sent and not played has been taken back: the player has nothing left.
  void flush() {
    flushed_ = sent_;
    base_position_ = sent_;
  }

  // Where the player is now, by the last report and the clock.
  std::int64_t estimate(Duration now) const {
    if (now <= base_time_) return base_position_;
    return std::min(sent_, base_position_ + duration_to_samples(now - base_time_, rate_));
  }

  // What has been heard for certain. Never goes back.
  std::int64_t heard(Duration now) {
    const bool trust_reports =
        ever_reported_ && now - std::max(reported_at_, begun_) < kReportPatience;
    heard_ = std::max(heard_, trust_reports ? reported_ : estimate(now));
    return heard_;
  }

  // When the player will have played up to `position`, as far as is known.
  Duration time_of(std::int64_t position) const {
    return base_time_ +
           samples_to_duration(std::max<std::int64_t>(0, position - base_position_), rate_);
  }

  std::int64_t sent() const { return sent_; }

 private:
  static constexpr Duration kReportPatience{500'000'000};

  const int rate_;
  const Duration delay_;
  std::int64_t sent_ = 0;
  std::int64_t heard_ = 0;
  std::int64_t reported_ = 0;
  std::int64_t flushed_ = 0;  // up to here nothing is waiting in the player
  std::int64_t base_position_ = 0;
  Duration base_time_{0};
  Duration begun_{0};
  Duration reported_at_{0};
  bool ever_reported_ = false;
};

}  // namespace voiceagent
