// Voice activity detection by WebRTC's audio processing.
#pragma once

#include <memory>

#include "voiceagent/registry.h"

namespace voiceagent {

// Name, description and options.
ProviderInfo webrtc_vad_info();

// Makes one from checked options. A detector takes 0.8 KB, and 1 us a frame of 10 ms.
Result<std::shared_ptr<VadProvider>> make_webrtc_vad(const Options& options,
                                                     const ProviderContext& context);

}  // namespace voiceagent
