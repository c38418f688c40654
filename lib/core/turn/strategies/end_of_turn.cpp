#include <algorithm>

#include "core/turn/completeness.h"
#include "core/turn/strategies/strategies.h"

namespace voiceagent {
namespace {

constexpr Duration kNever = std::chrono::hours(24);
// Where only the host ends a turn, so long a sound without words may be the beginning of one.
constexpr Duration kNoWords{3'000'000'000};

// Tuned on recordings of ten origins, each left out in turn: docs/design/endpointing.md. The waits
// belong to a shortest silence of kTunedFor, and grow and shrink with it.
constexpr Duration kTunedFor{180'000'000};
// The words stood still for so long before the voice went off: the last one was heard out. Who
// breaks off inside a phrase does so on a word that the recogniser has only just made out.
constexpr Duration kHeardOut{30'000'000};
// Otherwise they must stand still for so long, counting the silence, but ...
constexpr Duration kStandStill{450'000'000};
constexpr Duration kStandStillComplete{350'000'000};  // of words that are certainly complete
constexpr Duration kAtLeast{300'000'000};             // ... the silence lasts so long at least,
constexpr Duration kAtMost{620'000'000};              // and needn't last longer.
// Words that rather read as unfinished, and such as hardly anybody ends with.
constexpr float kUnfinished = 0.3F;
constexpr float kBrokenOff = 0.13F;
constexpr Duration kUnfinishedWait{620'000'000};
constexpr Duration kBrokenOffWait{1'000'000'000};
// So many pauses tell how long somebody's are.
constexpr int kPauses = 3;

// How complete the turn is, by its words and by what a detector, or the recogniser, says of it. Who
// is certain decides; but what hardly anybody ends with isn't over because it may be.
float weigh(const TurnSnapshot& now) {
  if (now.estimate < 0) return now.completeness;
  const bool certain =
      now.estimate >= kCertainThreshold || now.estimate <= 1.0F - kCertainThreshold;
  if (certain || now.words == 0) return now.estimate;
  if (now.completeness < kBrokenOff) return std::min(now.estimate, now.completeness);
  return (now.estimate + now.completeness) / 2;
}

// For a shortest silence of kTunedFor.
Duration wait(const TurnSnapshot& now, float complete) {
  if (now.estimate >= kCertainThreshold) return kTunedFor;
  // Since when, before the voice went off. Negative: since then.
  const Duration stood = now.transcript_age - (now.now - now.speech_end);
  if (now.words > 0) {
    if (complete < kBrokenOff) return kBrokenOffWait;
    if (complete < kUnfinished) return kUnfinishedWait;
    if (complete >= kCompleteThreshold && stood >= kHeardOut) return kTunedFor;
  }
  const bool certain = now.words > 0 && complete >= kCertainThreshold;
  return std::clamp((certain ? kStandStillComplete : kStandStill) - stood, kAtLeast, kAtMost);
}

}  // namespace

DefaultEndOfTurn::DefaultEndOfTurn(const TurnOptions& options)
    : manual_(options.manual_end),
      min_(options.endpointing_min),
      max_(std::max(options.endpointing_min, options.endpointing_max)) {}

EndOfTurnDecision DefaultEndOfTurn::decide(const TurnSnapshot& now) const {
  if (manual_) return {now.words > 0 ? kNever : kNoWords, false};
  if (now.recogniser_says_end) return {Duration(0), now.words > 0};
  const float complete = weigh(now);
  Duration silence = wait(now, complete) + min_ - kTunedFor;
  // Who makes long pauses is given them, unless all is said.
  if (silence > min_ && now.pauses >= kPauses) {
    silence = std::max(silence, now.usual_pause + now.pause_spread);
  }
  const bool likely = now.words > 0 && complete >= kCompleteThreshold;
  return {std::clamp(silence, min_, max_), likely};
}

}  // namespace voiceagent
