// Runs scenarios, several at once.
#pragma once

#include <vector>

#include "voiceagent/scenario.h"

namespace cli {

// The results in the order of the scenarios. Blocks.
std::vector<voiceagent::sim::ScenarioResult> run_all(
    const std::vector<voiceagent::sim::Scenario>& scenarios, unsigned jobs);

}  // namespace cli
