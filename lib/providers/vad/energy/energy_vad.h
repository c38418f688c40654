// Voice activity detection by loudness over the noise floor: part of every build, for quiet places.
#pragma once

#include <memory>

#include "voiceagent/registry.h"

namespace voiceagent {

// Name, description and options.
ProviderInfo energy_vad_info();

// Makes one from checked options.
Result<std::shared_ptr<VadProvider>> make_energy_vad(const Options& options,
                                                     const ProviderContext& context);

}  // namespace voiceagent
