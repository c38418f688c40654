// What follows when a call is done.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "voiceagent/events.h"
#include "voiceagent/json.h"
#include "voiceagent/tool.h"

namespace voiceagent {

// Whether a tool's effect has all that it needs.
Status check_effect(const Tool& tool);
// Where to, or which mode: by the tool or else by the arguments of the call.
std::string effect_value(const Tool& tool, const Json& arguments);
// The mode of that name.
std::optional<Mode> mode_of(std::string_view name);

}  // namespace voiceagent
