#include "audio/echo_canceller.h"

#if VOICEAGENT_WITH_WEBRTC_AUDIO
#include "audio/webrtc_echo_canceller.h"
#endif

namespace voiceagent {

std::unique_ptr<EchoCanceller> EchoCanceller::create([[maybe_unused]] int microphone_rate,
                                                     [[maybe_unused]] int loudspeaker_rate) {
#if VOICEAGENT_WITH_WEBRTC_AUDIO
  return make_webrtc_echo_canceller(microphone_rate, loudspeaker_rate);
#else
  return nullptr;
#endif
}

}  // namespace voiceagent
