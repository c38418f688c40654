// A stream of the recogniser, between the session's executor and the workers.
#pragma once

#include <memory>

#include "providers/stt/pocketsphinx/decoder_pool.h"
#include "providers/stt/pocketsphinx/features.h"
#include "voiceagent/stt.h"

namespace voiceagent::pocketsphinx {

// How a provider was told to work.
struct StreamOptions {
  DecodeMode mode = DecodeMode::kLive;
  Duration decoder_timeout{0};  // how long an utterance that is over waits for a decoder
};

// The context's executor and workers, and the sink, are used until closed() was called.
std::unique_ptr<SttStream> make_stream(std::shared_ptr<DecoderPool> pool, StreamOptions options,
                                       const StreamContext& context, SttSink& sink);

}  // namespace voiceagent::pocketsphinx
