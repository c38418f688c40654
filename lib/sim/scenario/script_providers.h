// The scripted providers of a scenario.
#pragma once

#include "voiceagent/scenario.h"

namespace voiceagent::sim {

// Puts them into `agent`. What they leave to chance comes from `seed`.
void use_scripts(AgentOptions& agent, const ProviderScripts& scripts, std::uint64_t seed);

}  // namespace voiceagent::sim
