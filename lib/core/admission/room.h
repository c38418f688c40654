// How many sessions there is room for, learnt from the moments when tasks were late. Any thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <mutex>

#include "voiceagent/time.h"

namespace voiceagent {

class Room {
 public:
  // A session's load comes and goes with its turns, which last about so long: what was calm for
  // less may have been chance.
  static constexpr Duration kCalm{10'000'000'000};
  // A task that blocked once makes one probe late, however long it took: that is no crowd.
  static constexpr Duration kTwice{1'000'000'000};

  // A probe found tasks `late`, or not, while there were so many sessions.
  void looked(bool late, std::size_t sessions, Time now) {
    const std::lock_guard lock(mutex_);
    if (late) {
      const bool crowd = late_before_ && now - last_late_ <= kTwice;
      late_before_ = true;
      last_late_ = now;
      if (crowd) full_at(sessions, now);
    } else if (limit_ != kNone && now >= calm_) {
      grow(sessions, now);
    }
  }
  bool has(std::size_t sessions) const {
    const std::lock_guard lock(mutex_);
    return sessions <= limit_;
  }

 private:
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  // Those who leave may be replaced, but for the last ones who were let in.
  void full_at(std::size_t sessions, Time now) {
    limit_ = std::min(limit_, sessions);
    limit_ -= std::min(limit_, grown_);
    grown_ = 0;
    calm_ = now + kCalm;
  }
  void grow(std::size_t sessions, Time now) {
    grown_ = std::max<std::size_t>(1, grown_ * 2);
    limit_ = grown_ > sessions ? kNone : limit_ + grown_;
    if (limit_ == kNone) grown_ = 0;
    calm_ = now + kCalm;
  }

  mutable std::mutex mutex_;
  std::size_t limit_ = kNone;
  std::size_t grown_ = 0;  // by so much it was raised last
  Time calm_{};            // when it may be raised
  Time last_late_{};
  bool late_before_ = false;
};

}  // namespace voiceagent
