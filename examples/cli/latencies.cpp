#include "latencies.h"

#include <cstdio>

namespace cli {

namespace va = voiceagent;

namespace {

// Calls `f(stage, histogram)` for every stage that some turn reached.
template <class F>
void each_stage(const va::TurnStatistics& statistics, F f) {
  for (std::size_t i = 0; i < va::kTurnStages; ++i) {
    const auto stage = static_cast<va::TurnStage>(i);
    const va::LatencyHistogram histogram = statistics.stage(stage);
    if (histogram.count() > 0) f(stage, histogram);
  }
}

}  // namespace

std::string latency_table(const va::TurnStatistics& statistics) {
  if (statistics.turns() < 2) return {};
  char line[120];
  std::snprintf(line, sizeof line, "%-18s %8s %8s %8s %8s  ms after the end of speech\n",
                (std::to_string(statistics.turns()) + " turns").c_str(), "p50", "p90", "p99",
                "max");
  std::string text = line;
  each_stage(statistics, [&](va::TurnStage stage, const va::LatencyHistogram& histogram) {
    std::string name(to_string(stage));
    for (char& c : name) c = c == '_' ? ' ' : c;
    std::snprintf(line, sizeof line, "  %-16s %8.1f %8.1f %8.1f %8.1f\n", name.c_str(),
                  va::to_ms(histogram.quantile(0.5)), va::to_ms(histogram.quantile(0.9)),
                  va::to_ms(histogram.quantile(0.99)), va::to_ms(histogram.max()));
    text += line;
  });
  return text;
}

void write_latencies(const va::TurnStatistics& statistics, va::JsonWriter& json) {
  json.begin_object();
  each_stage(statistics, [&](va::TurnStage stage, const va::LatencyHistogram& histogram) {
    json.key(to_string(stage)).begin_object().field("count", histogram.count());
    json.key("p50").number(va::to_ms(histogram.quantile(0.5)), 3);
    json.key("p90").number(va::to_ms(histogram.quantile(0.9)), 3);
    json.key("p99").number(va::to_ms(histogram.quantile(0.99)), 3);
    json.key("max").number(va::to_ms(histogram.max()), 3);
    json.end_object();
  });
  json.end_object();
}

}  // namespace cli
