// Text to audio without a session: as fast as the synthesiser makes it.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "voiceagent/audio.h"
#include "voiceagent/executor.h"
#include "voiceagent/function.h"
#include "voiceagent/log.h"
#include "voiceagent/tts.h"

namespace voiceagent::transports {

struct SynthesisRequest {
  std::shared_ptr<TtsProvider> tts;
  std::shared_ptr<Executor> executor;   // where the callbacks run
  std::shared_ptr<WorkerPool> workers;  // for the provider
  std::shared_ptr<Logger> logger;
  std::string text;      // UTF-8, any length: pushed clause by clause
  std::string voice;     // empty: the provider's default
  std::string language;  // BCP 47, or empty
  // So long the provider may make no audio; while on_audio takes none, time doesn't count.
  Duration deadline = std::chrono::seconds(60);
  Duration max_audio = std::chrono::minutes(10);  // more than that fails
  // A piece of audio, mono, at the provider's rate. False: not now, go on with resume(); the same
  // piece comes again.
  UniqueFunction<bool(AudioView)> on_audio;
  // Last, exactly once unless dropped before, never inside start_synthesis().
  UniqueFunction<void(Status)> on_done;
};

// A synthesis on its way. On its executor. Dropping it cancels: nothing is called back any more.
class Synthesis {
 public:
  virtual ~Synthesis() = default;
  virtual void resume() = 0;
};

// kInvalidArgument (no text), kNotFound (the voice), or what the provider says. On the executor.
Result<std::unique_ptr<Synthesis>> start_synthesis(SynthesisRequest request);

}  // namespace voiceagent::transports
