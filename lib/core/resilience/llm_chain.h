// A model that is several: when one fails, the next one answers. Before the first text that goes
// unnoticed; afterwards the next one is asked for the rest, with what was said so far as the
// beginning of its answer.
#pragma once

#include <memory>
#include <vector>

#include "core/resilience/course.h"
#include "voiceagent/llm.h"

namespace voiceagent {

class LlmChain final : public LlmProvider {
 public:
  // REQUIRES: 1 to kMaxChain links.
  LlmChain(std::vector<ChainLink<LlmProvider>> links, ResilienceOptions options);
  Result<std::unique_ptr<LlmStream>> start(const LlmRequest& request, LlmSink& sink) override;
  void warm_up(const WarmUp& means) override;

 private:
  struct Shared;
  class Stream;
  const std::shared_ptr<const Shared> shared_;
};

}  // namespace voiceagent
