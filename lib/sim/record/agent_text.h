// An agent's options as JSON, and back. Not of its providers: their options may hold keys.
#pragma once

#include "voiceagent/agent.h"
#include "voiceagent/json.h"

namespace voiceagent {

// Writes an object, each option under its path, such as "turn.preroll".
void write_agent(JsonWriter& json, const AgentOptions& agent);

// What such an object says; what it doesn't name is as by default. Fallbacks have names only.
AgentOptions read_agent(const Json& json);

}  // namespace voiceagent
