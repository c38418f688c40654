#include "voiceagent/turn_statistics.h"

#include <mutex>

namespace voiceagent {

std::string_view to_string(TurnStage stage) {
  static constexpr std::array<std::string_view, kTurnStages> kNames{
      "endpoint",    "final_transcript", "first_token", "first_clause", "first_audio",
      "first_frame", "played",           "barge_in",    "silence"};
  const auto index = static_cast<std::size_t>(stage);
  return index < kTurnStages ? kNames[index] : "unknown";
}

// Shared with the handlers, which may outlive the statistics.
struct TurnStatistics::Counters {
  std::mutex mutex;
  std::uint64_t turns = 0;
  std::array<LatencyHistogram, kTurnStages> stages;

  void add(const event::TurnMetrics& metrics) {
    const std::array<Duration, kTurnStages> delays{
        metrics.endpointing,  metrics.stt_final,       metrics.llm_first_token,
        metrics.first_clause, metrics.tts_first_audio, metrics.response,
        metrics.played,       metrics.barge_in,        metrics.silence};
    const std::lock_guard lock(mutex);
    ++turns;
    for (std::size_t i = 0; i < kTurnStages; ++i) {
      if (delays[i] >= Duration(0)) stages[i].add(delays[i]);
    }
  }
};

TurnStatistics::TurnStatistics() : counters_(std::make_shared<Counters>()) {}
TurnStatistics::~TurnStatistics() = default;

void TurnStatistics::listen(Session& session) {
  Subscription turns = session.events().subscribe<event::TurnMetrics>(
      [weak = std::weak_ptr(counters_)](const event::TurnMetrics& metrics) {
        if (const auto counters = weak.lock()) counters->add(metrics);
      });
  turns.release();
}

void TurnStatistics::add(const event::TurnMetrics& metrics) { counters_->add(metrics); }

void TurnStatistics::merge(const TurnStatistics& other) {
  const std::uint64_t turns = other.turns();
  for (std::size_t i = 0; i < kTurnStages; ++i) {
    const LatencyHistogram more = other.stage(static_cast<TurnStage>(i));
    const std::lock_guard lock(counters_->mutex);
    counters_->stages[i].merge(more);
  }
  const std::lock_guard lock(counters_->mutex);
  counters_->turns += turns;
}

std::uint64_t TurnStatistics::turns() const {
  const std::lock_guard lock(counters_->mutex);
  return counters_->turns;
}

LatencyHistogram TurnStatistics::stage(TurnStage stage) const {
  const std::lock_guard lock(counters_->mutex);
  return counters_->stages.at(static_cast<std::size_t>(stage));
}

}  // namespace voiceagent
