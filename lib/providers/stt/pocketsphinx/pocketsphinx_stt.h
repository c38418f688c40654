// The built-in recogniser: pocketsphinx, in the process, on the worker pool.
#pragma once

#include <memory>

#include "voiceagent/registry.h"

namespace voiceagent {

// Name, description and options.
ProviderInfo pocketsphinx_stt_info();

// Makes one from checked options, with its first decoders. kNotFound when a file of the model is
// missing, kInvalidArgument when one is damaged.
Result<std::shared_ptr<SttProvider>> make_pocketsphinx_stt(const Options& options,
                                                           const ProviderContext& context);

}  // namespace voiceagent
