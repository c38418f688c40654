#include "core/resilience/course.h"

#include <algorithm>

namespace voiceagent {
namespace {

// The same on every platform (FNV-1a).
std::uint64_t hash(std::string_view text, std::uint64_t seed) {
  std::uint64_t value = 0xCBF29CE484222325U ^ seed;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return value;
}

// Trying the same again can't help, or must not be done.
bool is_refusal(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kNotFound:
    case ErrorCode::kUnsupported:
    case ErrorCode::kFailedPrecondition:
    case ErrorCode::kAuth:
    case ErrorCode::kQuota: return true;
    default: return false;
  }
}

// It asks to be left alone for a while.
bool is_overload(ErrorCode code) {
  return code == ErrorCode::kRateLimited || code == ErrorCode::kResourceExhausted;
}

}  // namespace

Duration longest_course(const ResilienceOptions& options, std::size_t links, Duration deadline) {
  constexpr Duration kSlack{1'000'000'000};
  const int tries = static_cast<int>(links) + options.retries + (options.hedging ? 1 : 0);
  return deadline * tries + options.backoff_max * tries + kSlack;
}

Course::Course(Stage stage, const std::vector<CourseLink>& links, const ResilienceOptions& options,
               const StreamContext& context, std::string_view session_id)
    : stage_(stage),
      links_(links),
      options_(options),
      context_(context),
      chance_(hash(session_id, options.seed)) {}

bool Course::admit(std::size_t link) {
  const auto admission = links_[link].health->breaker.admit(context_.executor->now());
  if (admission.probe != 0) probes_[link] = admission.probe;
  if (admission.half_opened) tell_breaker(link, BreakerState::kHalfOpen, Duration(0));
  return admission.admitted;
}

std::optional<std::size_t> Course::admitted_before(std::size_t link) {
  for (std::size_t candidate = 0; candidate < link; ++candidate) {
    if (admit(candidate)) return candidate;
  }
  return std::nullopt;
}

std::size_t Course::begin() {
  const std::size_t first = admitted_before(links_.size()).value_or(0);
  renew(first);
  return first;
}

std::optional<std::size_t> Course::back(std::size_t link) {
  const auto earlier = admitted_before(link);
  if (earlier) renew(*earlier);
  return earlier;
}

std::optional<std::size_t> Course::admitted_after(std::size_t link) {
  for (std::size_t i = 1; i < links_.size(); ++i) {
    const std::size_t candidate = (link + i) % links_.size();
    if (tries_[candidate] == 0 && admit(candidate)) return candidate;
  }
  return std::nullopt;
}

std::optional<std::size_t> Course::fresh_after(std::size_t link) {
  if (const auto admitted = admitted_after(link)) return admitted;
  for (std::size_t i = 1; i < links_.size(); ++i) {
    const std::size_t candidate = (link + i) % links_.size();
    if (tries_[candidate] == 0) return candidate;  // better than nobody
  }
  return std::nullopt;
}

bool Course::has_fresh() const {
  return std::any_of(tries_.begin(), tries_.begin() + static_cast<std::ptrdiff_t>(links_.size()),
                     [](std::uint8_t tries) { return tries == 0; });
}

std::optional<Course::Step> Course::after(std::size_t link, const Failure& failure) {
  const ErrorCode code = failure.status.code();
  note_failure(link, code);
  if (code == ErrorCode::kCancelled) return std::nullopt;
  const bool may_retry = !is_refusal(code) && tries_[link] <= options_.retries;
  const bool at_once = may_retry && !is_overload(code) && !failure.started && !failure.deadline;
  std::optional<Step> step;
  if (!at_once) {
    if (const auto fresh = fresh_after(link)) step = Step{*fresh, Duration(0)};
  }
  if (!step && may_retry) step = Step{link, backoff(tries_[link])};
  if (!step) {
    if (const auto fresh = fresh_after(link)) step = Step{*fresh, Duration(0)};
  }
  if (!step) return step;
  ++tries_[step->link];
  if (context_.observer != nullptr) {
    context_.observer->failed_over({stage_, links_[link].name, links_[step->link].name, code,
                                    failure.status.message(), step->wait, failure.started});
  }
  return step;
}

std::size_t Course::other(std::size_t link) {
  const auto admitted = admitted_after(link);
  if (!admitted) return link;
  ++tries_[*admitted];
  return *admitted;
}

// Half of it is left to chance, so that many sessions don't come back at the same moment.
Duration Course::backoff(int tries) {
  const int doublings = std::clamp(tries - 1, 0, 10);
  const Duration most = std::min(options_.backoff_max, options_.backoff * (1 << doublings));
  chance_ = chance_ * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX
  const double share = 0.5 + static_cast<double>(chance_ >> 33U) / 0x1.0p32;
  return Duration(
      static_cast<std::int64_t>(static_cast<double>(most.count()) * std::min(1.0, share)));
}

void Course::succeeded(std::size_t link) {
  probes_[link] = 0;
  if (links_[link].health->breaker.succeeded()) {
    tell_breaker(link, BreakerState::kClosed, Duration(0));
  }
}

void Course::renew(std::size_t link) {
  tries_.fill(0);
  tries_[link] = 1;
}

void Course::note_failure(std::size_t link, ErrorCode code) {
  const auto pause = links_[link].health->breaker.failed(code, std::exchange(probes_[link], 0),
                                                         context_.executor->now(), options_);
  if (pause) tell_breaker(link, BreakerState::kOpen, *pause);
}

void Course::tell_breaker(std::size_t link, BreakerState state, Duration pause) {
  if (context_.observer == nullptr) return;
  context_.observer->breaker_changed({stage_, links_[link].name, to_string(state), pause});
}

void Course::delayed(std::size_t link, Duration waited) {
  if (context_.observer == nullptr) return;
  context_.observer->delayed({stage_, links_[link].name, waited});
}

}  // namespace voiceagent
