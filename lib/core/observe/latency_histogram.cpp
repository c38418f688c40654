#include <algorithm>
#include <bit>
#include <cmath>

#include "voiceagent/turn_statistics.h"

namespace voiceagent {

// Durations below 2^(kSubBits + 1) us have a bucket each. Above, every doubling has 2^kSubBits: the
// number of the doubling, then the bits after the leading one.
std::size_t LatencyHistogram::bucket_of(std::uint64_t us) {
  const int doubling = std::max(0, static_cast<int>(std::bit_width(us)) - 1 - kSubBits);
  return (static_cast<std::size_t>(doubling) << kSubBits) + (us >> doubling);
}

Duration LatencyHistogram::middle_of(std::size_t bucket) {
  const auto doubling = bucket < (2U << kSubBits) ? 0 : (bucket >> kSubBits) - 1;
  const std::uint64_t low = (bucket - (doubling << kSubBits)) << doubling;
  const std::uint64_t width = std::uint64_t{1} << doubling;
  return std::chrono::microseconds(low + (width - 1) / 2);
}

void LatencyHistogram::add(Duration duration) {
  duration = std::max(duration, Duration(0));
  min_ = count_ == 0 ? duration : std::min(min_, duration);
  max_ = std::max(max_, duration);
  const Duration held = std::min(duration, kLongest);
  ++buckets_[bucket_of(static_cast<std::uint64_t>(held.count()) / 1000)];
  ++count_;
}

void LatencyHistogram::merge(const LatencyHistogram& other) {
  if (other.count_ == 0) return;
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

Duration LatencyHistogram::quantile(double q) const {
  const double wanted = std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(count_));
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(wanted));
  if (rank >= count_) return max_;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= rank) return std::clamp(middle_of(i), min_, max_);
  }
  return max_;
}

}  // namespace voiceagent
