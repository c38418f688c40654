// A recogniser that takes a whole utterance at once.
#pragma once

#include <memory>

#include "voiceagent/stt.h"
#include "voiceagent/time.h"

namespace voiceagent::transports {

// Like `provider`, but with room for `room` of audio: what the provider has no room for waits in
// order, and so does what is asked for after it.
std::shared_ptr<SttProvider> patient_stt(std::shared_ptr<SttProvider> provider, Duration room);

}  // namespace voiceagent::transports
