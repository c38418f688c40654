// The tools of a random conversation, and how its model calls them.
#pragma once

#include <vector>

#include "sim/chance.h"
#include "voiceagent/llm.h"
#include "voiceagent/sim.h"

namespace voiceagent::sim {

// Some tools, each with manners and, if `faults`, failures of its own.
std::vector<ToolScript> draw_tools(Chance& chance, bool faults);
// The calls at the end of an answer: mostly none; at times of tools that are not there, or with
// arguments that make no sense.
std::vector<LlmStep> draw_calls(Chance& chance, const std::vector<ToolScript>& tools,
                                bool after_tools);

}  // namespace voiceagent::sim
