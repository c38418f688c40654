// A turn's stages as bars of text: where the time between the user's last word and the agent's
// first went.
#pragma once

#include <string>

#include "voiceagent/events.h"

namespace cli {

// Several lines, each ending in a line break; empty when the turn got no answer.
std::string draw_waterfall(const voiceagent::event::TurnMetrics& metrics);

}  // namespace cli
