#pragma once

#include <memory>

#include "audio/echo_canceller.h"

namespace voiceagent {

// See EchoCanceller::create().
std::unique_ptr<EchoCanceller> make_webrtc_echo_canceller(int microphone_rate,
                                                          int loudspeaker_rate);

}  // namespace voiceagent
