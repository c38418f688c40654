#include <utility>

#include "base/text.h"
#include "sim/scripted_stream.h"
#include "voiceagent/sim.h"

namespace voiceagent::sim {
namespace {

class Stream final : public LlmStream {
 public:
  Stream(std::vector<LlmStep> steps, const LlmRequest& request, LlmSink& sink)
      : steps_(std::move(steps)), out_(*request.context.executor, sink) {
    next();
  }
  void cancel() override {
    out_.after(Duration(0), [this](LlmSink&) { out_.end(); });
  }

 private:
  void next() {
    if (step_ == steps_.size()) {
      return out_.after(Duration(0), [this](LlmSink& sink) {
        sink.done({}, FinishReason::kStop);
        out_.end();
      });
    }
    out_.after(steps_[step_].delay, [this](LlmSink& sink) {
      if (!steps_[step_].text.empty()) sink.delta(steps_[step_].text);
      ++step_;
      next();
    });
  }

  const std::vector<LlmStep> steps_;
  std::size_t step_ = 0;
  Script<LlmSink> out_;
};

class Provider final : public LlmProvider {
 public:
  explicit Provider(LlmScript script) : script_(std::move(script)) {}
  Result<std::unique_ptr<LlmStream>> start(const LlmRequest& request, LlmSink& sink) override {
    return std::unique_ptr<LlmStream>(
        std::make_unique<Stream>(script_(request.messages), request, sink));
  }

 private:
  const LlmScript script_;
};

}  // namespace

std::shared_ptr<LlmProvider> scripted_llm(LlmScript script) {
  return std::make_shared<Provider>(std::move(script));
}

LlmScript fixed_reply(std::string text, Duration first_token, Duration per_word) {
  std::vector<LlmStep> steps;
  for (const std::string_view word : split_words(text)) {
    const bool first = steps.empty();
    steps.push_back({first ? first_token : per_word, (first ? "" : " ") + std::string(word)});
  }
  return [steps = std::move(steps)](std::span<const Message>) { return steps; };
}

}  // namespace voiceagent::sim
