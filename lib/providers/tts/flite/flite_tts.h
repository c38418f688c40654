// The built-in synthesiser: flite, English, in the process, on the worker pool.
#pragma once

#include <memory>

#include "voiceagent/registry.h"

namespace voiceagent {

// Name, description and options.
ProviderInfo flite_tts_info();

// Makes one from checked options. kNotFound for an unknown voice.
Result<std::shared_ptr<TtsProvider>> make_flite_tts(const Options& options,
                                                    const ProviderContext& context);

}  // namespace voiceagent
