// What the server is measured against, without a server: the engine and the detector of voice.
#pragma once

#include <cstddef>

#include "bench/load/samples.h"

namespace voiceagent::bench {

// The callers' conversations held by the engine alone, on one loop and in real time: milliseconds
// from the last frame of speech to the first audio of the reply.
Samples engine_responses(std::size_t sessions, double seconds);

// Microseconds that the detector of voice takes for 20 ms of the callers' audio, each of `sessions`
// with a detector of its own and one after another, so that none is in the cache.
double detector_cost(std::size_t sessions);

}  // namespace voiceagent::bench
