// The latest delays of a provider, and what is usual among them. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

#include "voiceagent/time.h"

namespace voiceagent {

class LatencyWindow {
 public:
  // So many are looked at, and at least so many make a percentile that means something.
  static constexpr std::size_t kSize = 128;
  static constexpr std::size_t kEnough = 20;

  void add(Duration latency);
  // The delay that `share` of the latest ones did not exceed; none while there are too few.
  std::optional<Duration> percentile(double share) const;

 private:
  mutable std::mutex mutex_;
  std::array<Duration, kSize> latest_{};
  std::size_t count_ = 0;  // so far
};

// How many more requests than necessary may be made: a share of all, saved up to a few.
class HedgeBudget {
 public:
  // A request was made for its own sake.
  void request(double share);
  // Takes one out, if there is one.
  bool take();

 private:
  std::mutex mutex_;
  double saved_ = 0.0;
};

}  // namespace voiceagent
