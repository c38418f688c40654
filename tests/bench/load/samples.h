// Measured values, for percentiles.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace voiceagent::bench {

class Samples {
 public:
  void add(double value) { values_.push_back(static_cast<float>(value)); }
  void clear() { values_.clear(); }
  std::size_t size() const { return values_.size(); }
  // The smallest value that `share` of all don't exceed; 0 when there are none.
  double percentile(double share) {
    if (values_.empty()) return 0;
    const double rank = std::ceil(share * static_cast<double>(values_.size()));
    const auto at = static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
    std::nth_element(values_.begin(), values_.begin() + at, values_.end());
    return static_cast<double>(values_[static_cast<std::size_t>(at)]);
  }

 private:
  std::vector<float> values_;
};

}  // namespace voiceagent::bench
