// How fast the agent answered, over all turns of a call.
#pragma once

#include <string>

#include "voiceagent/json.h"
#include "voiceagent/turn_statistics.h"

namespace cli {

// Several lines, each ending in a line break; empty for fewer than two turns, which say it all
// themselves.
std::string latency_table(const voiceagent::TurnStatistics& statistics);

// Writes an object: count, p50, p90, p99 and max of each stage that was reached.
void write_latencies(const voiceagent::TurnStatistics& statistics, voiceagent::JsonWriter& json);

}  // namespace cli
