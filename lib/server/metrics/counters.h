// Counting on the hot path: atomics that nobody waits for.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "voiceagent/time.h"

namespace voiceagent::server {

class Counter {
 public:
  void add(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  void subtract(std::uint64_t by = 1) { value_.fetch_sub(by, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Durations in buckets whose bounds suit answers of a machine and of a speaker: 0.5 ms to 30 s.
class DurationHistogram {
 public:
  static constexpr std::array kBounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                      0.1,    0.2,   0.3,    0.5,   0.75, 1.0,   1.5,
                                      2.5,    5.0,   10.0,   30.0};  // seconds, inclusive

  void add(Duration duration) {
    const double seconds = static_cast<double>(duration.count()) / 1e9;
    std::size_t bucket = 0;
    while (bucket < kBounds.size() && seconds > kBounds[bucket]) ++bucket;
    buckets_[bucket].add();
    nanoseconds_.add(static_cast<std::uint64_t>(duration.count() < 0 ? 0 : duration.count()));
  }
  // What fell into one bucket; the last one has what is beyond all bounds.
  std::uint64_t bucket(std::size_t index) const { return buckets_[index].value(); }
  double sum_seconds() const { return static_cast<double>(nanoseconds_.value()) / 1e9; }

 private:
  std::array<Counter, kBounds.size() + 1> buckets_;
  Counter nanoseconds_;
};

}  // namespace voiceagent::server
