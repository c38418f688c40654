// How many sessions there is room for, learnt from the moments when tasks were late. Any thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <mutex>

#include "voiceagent/time.h"

namespace voiceagent {

// How late a probe found tasks, against the limit.
enum class Lateness { kNone, kHalf, kWhole };

class Room {
 public:
  // A session's load comes and goes with its turns, which last about so long: what was calm for
  // less may have been chance.
  static constexpr Duration kCalm{10'000'000'000};
  // A task that blocked once makes one probe late, however long it took: that is no crowd.
  static constexpr Duration kTwice{5'000'000'000};
  // What newcomers cost shows only once they talk: near the limit they come in no faster.
  static constexpr Duration kPace{1'000'000'000};

  // A probe found tasks so late while there were so many sessions.
  void looked(Lateness late, std::size_t sessions, Time now) {
    const std::lock_guard lock(mutex_);
    if (late == Lateness::kWhole) {
      if (late_.again(now)) full_at(sessions, now);
      return;
    }
    if (late == Lateness::kHalf && half_.again(now) && limit_ == kNone) be_careful(sessions, now);
    if (careful_) {
      pace(sessions, now);
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

  struct Moment {
    // Whether it was so a short time ago, too.
    bool again(Time now) {
      const bool twice = ever && now - last <= kTwice;
      ever = true;
      last = now;
      return twice;
    }
    Time last{};
    bool ever = false;
  };

  void be_careful(std::size_t sessions, Time now) {
    careful_ = true;
    limit_ = sessions;
    next_ = now + kPace;
  }
  void pace(std::size_t sessions, Time now) {
    if (now < next_) return;
    careful_ = now - half_.last < kCalm;
    limit_ = careful_ ? sessions + 1 : kNone;
    next_ = now + kPace;
  }
  // Those who leave may be replaced, but for the last ones who were let in.
  void full_at(std::size_t sessions, Time now) {
    limit_ = std::min(limit_, sessions);
    limit_ -= std::min(limit_, grown_);
    grown_ = 0;
    careful_ = false;
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
  bool careful_ = false;   // half of the limit was reached: one more at `next_`
  Time next_{};
  Moment late_;
  Moment half_;
};

}  // namespace voiceagent
