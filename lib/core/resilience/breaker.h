// A circuit breaker: who fails again and again is left alone for a while, then tried with one
// request. Shared by all sessions; any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "voiceagent/resilience.h"
#include "voiceagent/status.h"
#include "voiceagent/time.h"

namespace voiceagent {

enum class BreakerState { kClosed, kOpen, kHalfOpen };

// "closed", "open" or "half_open".
std::string_view to_string(BreakerState state);

class CircuitBreaker {
 public:
  // Whether a request may go. Once an open breaker's pause is over, one may: it is the probe, and
  // `changed` becomes true.
  bool admit(Time now, bool& changed);
  // The request was answered. Returns whether the state changed: to closed.
  bool succeeded();
  // The request failed. Returns the pause when the breaker opened.
  std::optional<Duration> failed(ErrorCode code, Time now, const ResilienceOptions& options);
  // Nobody waits for the request any more: if it was the probe, another one may go.
  void abandoned();

  BreakerState state() const;

 private:
  mutable std::mutex mutex_;
  BreakerState state_ = BreakerState::kClosed;
  int failures_ = 0;  // in a row
  bool probing_ = false;
  Time until_{};  // while open
};

}  // namespace voiceagent
