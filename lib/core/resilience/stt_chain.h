// A recogniser that is several: when one fails, the next one is given the audio since the last
// settled words again, so that no word is lost or comes twice.
#pragma once

#include <memory>
#include <vector>

#include "core/resilience/course.h"
#include "voiceagent/stt.h"

namespace voiceagent {

class SttChain final : public SttProvider {
 public:
  // REQUIRES: 1 to kMaxChain links.
  SttChain(std::vector<ChainLink<SttProvider>> links, ResilienceOptions options);
  // Those of the first one.
  const SttCapabilities& capabilities() const override;
  Result<std::unique_ptr<SttStream>> start(const SttRequest& request, SttSink& sink) override;
  void warm_up(const WarmUp& means) override;

 private:
  struct Shared;
  class Stream;
  const std::shared_ptr<const Shared> shared_;
};

}  // namespace voiceagent
