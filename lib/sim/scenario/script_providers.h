// The scripted providers of a scenario.
#pragma once

#include <cstdint>
#include <memory>

#include "voiceagent/executor.h"
#include "voiceagent/scenario.h"

namespace voiceagent::sim {

// Puts them into `agent`. What they leave to chance comes from `seed`. Tools work on `executor`;
// pools are put up on `pools`.
void use_scripts(AgentOptions& agent, const ProviderScripts& scripts, std::uint64_t seed,
                 const std::shared_ptr<Executor>& executor,
                 const std::shared_ptr<PoolBoard>& pools);

}  // namespace voiceagent::sim
