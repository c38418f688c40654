// What came of simulations, for people and for programs.
#pragma once

#include <vector>

#include "meter.h"
#include "voiceagent/scenario.h"

namespace cli {

// A line for each; for those that failed what was expected, what was seen, and what happened then.
void print_table(const std::vector<voiceagent::sim::ScenarioResult>& results, const Meter& meter);

// One JSON object.
void print_json(const std::vector<voiceagent::sim::ScenarioResult>& results, const Meter& meter);

}  // namespace cli
