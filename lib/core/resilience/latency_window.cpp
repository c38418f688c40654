#include "core/resilience/latency_window.h"

#include <algorithm>

namespace voiceagent {

void LatencyWindow::add(Duration latency) {
  const std::lock_guard lock(mutex_);
  latest_[count_++ % kSize] = latency;
}

std::optional<Duration> LatencyWindow::percentile(double share) const {
  std::array<Duration, kSize> sorted;
  std::size_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    count = std::min(count_, kSize);
    std::copy_n(latest_.begin(), count, sorted.begin());
  }
  if (count < kEnough) return std::nullopt;
  const auto rank =
      std::min(count - 1, static_cast<std::size_t>(share * static_cast<double>(count)));
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(rank),
                   sorted.begin() + static_cast<std::ptrdiff_t>(count));
  return sorted[rank];
}

void HedgeBudget::request(double share) {
  constexpr double kMostSaved = 5.0;
  const std::lock_guard lock(mutex_);
  saved_ = std::min(kMostSaved, saved_ + share);
}

bool HedgeBudget::take() {
  const std::lock_guard lock(mutex_);
  if (saved_ < 1.0) return false;
  saved_ -= 1.0;
  return true;
}

}  // namespace voiceagent
