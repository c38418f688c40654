// A circuit breaker: who fails again and again is left alone for a while, then tried with one
// request. Shared by all sessions; any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

#include "voiceagent/resilience.h"
#include "voiceagent/status.h"
#include "voiceagent/time.h"

namespace voiceagent {

class CircuitBreaker {
 public:
  // A probe's number; 0: the request is none.
  using Probe = std::uint64_t;
  struct Admission {
    bool admitted = false;
    bool half_opened = false;  // by this
    Probe probe = 0;
  };
  // Whether a request may go. Once an open breaker's pause is over, one may: it is the probe.
  Admission admit(Time now);
  // A request was answered. Returns whether the state changed: to closed.
  bool succeeded();
  // A request failed. Returns the pause when the breaker opened.
  std::optional<Duration> failed(ErrorCode code, Probe probe, Time now,
                                 const ResilienceOptions& options);
  // Nobody waits for the request any more: if it was the probe, another one may go.
  void abandoned(Probe probe);

  BreakerState state() const;

 private:
  bool end_probe(Probe probe);

  mutable std::mutex mutex_;
  BreakerState state_ = BreakerState::kClosed;
  int failures_ = 0;  // in a row
  Probe probe_ = 0;   // that is under way, while half open
  Probe last_probe_ = 0;
  Time until_{};  // while open
};

}  // namespace voiceagent
