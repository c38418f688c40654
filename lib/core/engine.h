// Makes engines from complete options; Engine::create() (lib/builtin) fills in the defaults.
#pragma once

#include "voiceagent/engine.h"

namespace voiceagent {

// REQUIRES: options.registry != nullptr.
Result<std::shared_ptr<Engine>> make_engine(EngineOptions options);

}  // namespace voiceagent
