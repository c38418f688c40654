// A synthesiser that is several: when one fails in mid-sentence, the next one goes on with the next
// word. Audio that runs ahead of its playing goes on in whole words, so that half a word of the
// first voice is hardly ever heard.
#pragma once

#include <memory>
#include <vector>

#include "audio/frame_pool.h"
#include "core/resilience/course.h"
#include "voiceagent/tts.h"

namespace voiceagent {

class TtsChain final : public TtsProvider {
 public:
  // REQUIRES: 1 to kMaxChain links. Frames in between are taken from `frames`.
  TtsChain(std::vector<ChainLink<TtsProvider>> links, ResilienceOptions options,
           std::shared_ptr<FramePool> frames);
  // Those of the first one.
  const TtsCapabilities& capabilities() const override;
  Result<std::unique_ptr<TtsStream>> start(const TtsRequest& request, TtsSink& sink) override;
  void warm_up(const WarmUp& means) override;

 private:
  struct Shared;
  class Stream;
  const std::shared_ptr<const Shared> shared_;
};

}  // namespace voiceagent
