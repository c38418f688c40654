// One reply being spoken by flite.
#pragma once

#include <memory>

#include "providers/tts/flite/voice.h"
#include "voiceagent/executor.h"
#include "voiceagent/tts.h"

namespace voiceagent::flite {

// A stream that speaks on `workers`, an utterance a job, one job at a time: it never holds a worker
// while its sink is full. `sink` and `workers` are used until closed() has been called.
std::unique_ptr<TtsStream> make_stream(const Voice& voice, double speed, WorkerPool& workers,
                                       TtsSink& sink);

}  // namespace voiceagent::flite
