// How long the latest waits for something were.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "voiceagent/time.h"

namespace voiceagent {

// Not thread-safe.
class WaitLengths {
 public:
  void add(Duration length) { lengths_[count_++ % lengths_.size()] = length; }
  // So many of a hundred were no longer; 0 when there were none.
  Duration percentile(std::size_t percent) const {
    const std::size_t known = std::min(count_, lengths_.size());
    if (known == 0) return Duration(0);
    auto sorted = lengths_;
    const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(known * percent / 100);
    std::nth_element(sorted.begin(), at, sorted.begin() + static_cast<std::ptrdiff_t>(known));
    return *at;
  }

 private:
  std::array<Duration, 256> lengths_{};  // the latest
  std::size_t count_ = 0;                // of all
};

}  // namespace voiceagent
