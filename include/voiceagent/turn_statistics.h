/// @file
/// How fast the agent answers, over many turns: a histogram for each stage of the waterfall.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "voiceagent/events.h"
#include "voiceagent/export.h"
#include "voiceagent/session.h"
#include "voiceagent/time.h"

namespace voiceagent {

/// Counts durations in buckets of a fixed number, whose width grows with the duration: memory stays
/// as it is, and adding allocates nothing. A plain value of 4 KB.
class VOICEAGENT_EXPORT LatencyHistogram {
 public:
  /// Quantiles are right to within so much of themselves, or to a microsecond if that is more.
  static constexpr double kRelativeError = 1.0 / 64;
  /// Longer durations (71 minutes) are counted as this long, but for max().
  static constexpr Duration kLongest{4'294'967'295'000};

  /// Counts one; a negative one counts as 0.
  void add(Duration duration);
  /// Counts all that `other` has counted.
  void merge(const LatencyHistogram& other);

  /// How many were counted.
  std::uint64_t count() const { return count_; }
  /// The shortest, exactly; 0 when there are none.
  Duration min() const { return min_; }
  /// The longest, exactly; 0 when there are none.
  Duration max() const { return max_; }
  /// The duration that the fraction `q` (0 to 1) of all don't exceed; 0 when there are none.
  Duration quantile(double q) const;

 private:
  static constexpr int kSubBits = 5;  // 32 buckets to each doubling
  static constexpr std::size_t kBuckets = (32 - kSubBits + 1) << kSubBits;
  static std::size_t bucket_of(std::uint64_t us);
  static Duration middle_of(std::size_t bucket);

  std::array<std::uint32_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  Duration min_{0};
  Duration max_{0};
};

/// The stages of the waterfall, each counted from the end of the user's speech, but for the
/// last two.
enum class TurnStage {
  kEndpoint,         ///< The turn was taken to be over.
  kFinalTranscript,  ///< The words were settled.
  kFirstToken,       ///< The first text of the reply came.
  kFirstClause,      ///< The first clause went to the synthesiser.
  kFirstAudio,       ///< The first audio came from the synthesiser.
  kFirstFrame,       ///< The first frame left for the user.
  kPlayed,           ///< The first sample was played.
  kBargeIn,          ///< From the onset of the voice that interrupted to when output stopped.
  kSilence,          ///< From the decision to stop the output to the last sample that was played.
};

/// How many stages there are.
inline constexpr std::size_t kTurnStages = 9;

/// The stable lower-case name, such as "first_token".
VOICEAGENT_EXPORT std::string_view to_string(TurnStage stage);

/// Gathers the metrics of turns, of one session or of many. Thread-safe; a turn costs one short
/// lock and no allocation.
class VOICEAGENT_EXPORT TurnStatistics {
 public:
  /// Nothing counted yet.
  TurnStatistics();
  ~TurnStatistics();
  TurnStatistics(const TurnStatistics&) = delete;
  TurnStatistics& operator=(const TurnStatistics&) = delete;

  /// Counts every turn of `session` from now on, as long as both live. On its executor.
  void listen(Session& session);
  /// Counts one turn: each stage that it reached.
  void add(const event::TurnMetrics& metrics);
  /// Counts all that `other` has counted.
  void merge(const TurnStatistics& other);

  /// Turns counted, those that got no answer too.
  std::uint64_t turns() const;
  /// What was counted of a stage up to now.
  LatencyHistogram stage(TurnStage stage) const;

 private:
  struct Counters;
  std::shared_ptr<Counters> counters_;
};

}  // namespace voiceagent
