// Chance that repeats: the same numbers for the same seed on every platform, which the standard
// library's distributions don't promise.
#pragma once

#include <algorithm>
#include <cstdint>

#include "voiceagent/sim.h"

namespace voiceagent::sim {

class Chance {
 public:
  // Chances with different `branch` of one seed have nothing in common.
  explicit Chance(std::uint64_t seed, std::uint64_t branch = 0)
      : state_(scramble(seed * kStep + scramble(branch + kStep))) {}

  std::uint64_t next() { return scramble(state_ += kStep); }
  // From 0 to less than 1.
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  // Impossible things take no number from the sequence.
  bool yes(double probability) { return probability > 0 && unit() < probability; }
  // From 0 to less than `n`. REQUIRES: n > 0.
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  // From `least` to `most`.
  int between(int least, int most) {
    return least + static_cast<int>(below(static_cast<std::uint64_t>(most - least) + 1));
  }
  Duration between(Duration least, Duration most) {
    return least + Duration(static_cast<std::int64_t>(
                       unit() * static_cast<double>(std::max(Duration(0), most - least).count())));
  }
  Duration draw(const Latency& latency) {
    Duration drawn = latency.base;
    if (latency.jitter > Duration(0)) drawn += between(Duration(0), latency.jitter);
    if (yes(latency.tail_share)) drawn += latency.tail;
    return drawn;
  }

 private:
  static constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15U;
  static std::uint64_t scramble(std::uint64_t n) {  // SplitMix64's finalizer
    n = (n ^ (n >> 30)) * 0xBF58476D1CE4E5B9U;
    n = (n ^ (n >> 27)) * 0x94D049BB133111EBU;
    return n ^ (n >> 31);
  }

  std::uint64_t state_;
};

}  // namespace voiceagent::sim
