// A text, spoken to its end before anybody hears it.
#pragma once

#include "transports/dialogue/synthesis.h"
#include "voiceagent/audio.h"
#include "voiceagent/function.h"
#include "voiceagent/status.h"

namespace voiceagent::server {

// Calls `done` exactly once, on request.executor, where this is to be called too; also at once when
// the speech can't begin. The callbacks of `request` are set here. What is returned stops it, there
// too, at any time: if `done` was not called yet, it gets kCancelled.
UniqueFunction<void()> speak_whole(transports::SynthesisRequest request,
                                   UniqueFunction<void(Result<Pcm>)> done);

}  // namespace voiceagent::server
