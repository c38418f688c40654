#include <algorithm>

#include "core/turn/completeness.h"
#include "core/turn/strategies/strategies.h"

namespace voiceagent {
namespace {

constexpr Duration kNever = std::chrono::hours(24);
constexpr Duration kUncertain{500'000'000};  // as complete as not
constexpr Duration kUnfinished{900'000'000};

Duration between(Duration a, Duration b, float share) {
  return a + std::chrono::duration_cast<Duration>((b - a) * static_cast<double>(share));
}

}  // namespace

DefaultEndOfTurn::DefaultEndOfTurn(const TurnOptions& options)
    : manual_(options.manual_end),
      min_(options.endpointing_min),
      max_(std::max(options.endpointing_min, options.endpointing_max)) {}

EndOfTurnDecision DefaultEndOfTurn::decide(const TurnSnapshot& now) const {
  if (manual_) return {kNever, false};
  const float complete = now.estimate >= 0 ? now.estimate : now.completeness;
  const bool likely = now.words > 0 && complete >= kCompleteThreshold;
  Duration silence = kUncertain;
  if (now.words > 0 && complete >= kCertainThreshold) {
    silence = min_;
  } else if (complete > kCompleteThreshold) {
    silence = between(kUncertain, min_,
                      (complete - kCompleteThreshold) / (kCertainThreshold - kCompleteThreshold));
  } else if (complete < kCompleteThreshold) {
    silence = between(kUncertain, kUnfinished, 1.0F - complete / kCompleteThreshold);
    // Who makes long pauses is given them.
    if (now.pauses > 1) silence = std::max(silence, now.usual_pause + 2 * now.pause_spread);
  }
  return {std::clamp(silence, min_, max_), likely};
}

}  // namespace voiceagent
