/// @file
/// Durations and points in time. Every reading of a clock comes from an Executor, so that the same
/// code runs in real and in virtual time.
#pragma once

#include <chrono>
#include <cstdint>

namespace voiceagent {

/// The resolution of every duration in the interface.
using Duration = std::chrono::nanoseconds;

/// Names the time line of executors; it has no `now()` of its own on purpose: ask the Executor.
struct ExecutorClock {
  using duration = Duration;                                  ///< Nanoseconds.
  using rep = Duration::rep;                                  ///< Count of a duration.
  using period = Duration::period;                            ///< Unit of a duration.
  using time_point = std::chrono::time_point<ExecutorClock>;  ///< A point on the line.
  static constexpr bool is_steady = true;                     ///< It never goes back.
};

/// A point in time on an executor's clock. Points of different executors are not comparable.
using Time = ExecutorClock::time_point;

/// A duration as fractional milliseconds, for people and for JSON.
constexpr double to_ms(Duration d) { return static_cast<double>(d.count()) / 1e6; }

/// How long `samples` samples last at `rate` samples a second. REQUIRES: rate > 0.
constexpr Duration samples_to_duration(std::int64_t samples, int rate) {
  return Duration(samples / rate * 1'000'000'000 + samples % rate * 1'000'000'000 / rate);
}

/// How many whole samples at `rate` samples a second fit into `d`. REQUIRES: d >= 0, rate > 0.
constexpr std::int64_t duration_to_samples(Duration d, int rate) {
  const std::int64_t seconds = d.count() / 1'000'000'000;
  return seconds * rate + d.count() % 1'000'000'000 * rate / 1'000'000'000;
}

}  // namespace voiceagent
