#include "core/resilience/breaker.h"

#include <algorithm>
#include <utility>

namespace voiceagent {
namespace {

// Most services count their requests over seconds to a minute.
constexpr Duration kRateLimitPause{5'000'000'000};

// How long the provider is left alone after one failure of that kind; 0: it takes several.
Duration pause_at_once(ErrorCode code, const ResilienceOptions& options) {
  switch (code) {
    case ErrorCode::kAuth:
    case ErrorCode::kQuota: return options.breaker_refused;
    case ErrorCode::kRateLimited: return std::min(kRateLimitPause, options.breaker_open);
    default: return Duration(0);
  }
}

// These say something about the request, not about the provider.
bool is_about_the_request(ErrorCode code) {
  return code == ErrorCode::kInvalidArgument || code == ErrorCode::kNotFound ||
         code == ErrorCode::kUnsupported || code == ErrorCode::kCancelled;
}

}  // namespace

CircuitBreaker::Admission CircuitBreaker::admit(Time now) {
  const std::lock_guard lock(mutex_);
  Admission admission;
  if (state_ == BreakerState::kClosed) {
    admission.admitted = true;
    return admission;
  }
  if (state_ == BreakerState::kOpen) {
    if (now < until_) return admission;
    state_ = BreakerState::kHalfOpen;
    admission.half_opened = true;
  }
  if (probe_ != 0) return admission;
  admission.admitted = true;
  admission.probe = probe_ = ++last_probe_;
  return admission;
}

// Whether it was the probe that is under way. Others may end meanwhile: they were asked before the
// breaker opened, or because nobody else was left.
bool CircuitBreaker::end_probe(Probe probe) {
  if (probe == 0 || probe != probe_) return false;
  probe_ = 0;
  return true;
}

bool CircuitBreaker::succeeded() {
  const std::lock_guard lock(mutex_);
  failures_ = 0;
  probe_ = 0;
  return std::exchange(state_, BreakerState::kClosed) != BreakerState::kClosed;
}

std::optional<Duration> CircuitBreaker::failed(ErrorCode code, Probe probe, Time now,
                                               const ResilienceOptions& options) {
  const std::lock_guard lock(mutex_);
  const bool probed = end_probe(probe);
  if (is_about_the_request(code)) return std::nullopt;
  ++failures_;
  Duration pause = pause_at_once(code, options);
  const bool enough = failures_ >= options.breaker_failures || probed;
  if (enough) pause = std::max(pause, options.breaker_open);
  if (pause == Duration(0)) return std::nullopt;
  // What was under way when it opened says nothing new.
  if (state_ == BreakerState::kOpen && now + pause <= until_ + options.breaker_open) {
    return std::nullopt;
  }
  state_ = BreakerState::kOpen;
  probe_ = 0;
  until_ = now + pause;
  return pause;
}

void CircuitBreaker::abandoned(Probe probe) {
  const std::lock_guard lock(mutex_);
  (void)end_probe(probe);
}

BreakerState CircuitBreaker::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

}  // namespace voiceagent
