#include <utility>

#include "base/text.h"
#include "sim/scripted_stream.h"
#include "voiceagent/sim.h"

namespace voiceagent::sim {
namespace {

// All steps in one.
std::vector<LlmStep> join(const std::vector<LlmStep>& steps) {
  LlmStep all;
  for (const LlmStep& step : steps) {
    all.delay += step.delay;
    all.text += step.text;
  }
  return {all};
}

class Stream final : public LlmStream {
 public:
  Stream(std::vector<LlmStep> steps, const LlmDelivery& delivery, Chance chance,
         const LlmRequest& request, LlmSink& sink)
      : out_(*request.context.executor, sink, delivery.faults, chance), steps_(std::move(steps)) {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      steps_[i].delay += out_.chance().draw(i == 0 ? delivery.first_token : delivery.per_step);
    }
    if (!delivery.streaming) steps_ = join(steps_);
    next();
  }
  void cancel() override { out_.cancel(); }

 private:
  void next() {
    if (step_ == steps_.size()) {
      return out_.after(Duration(0), [this] {
        out_.answer([](LlmSink& sink) { sink.done({}, FinishReason::kStop); });
        if (!out_.over()) out_.end();
      });
    }
    out_.after(steps_[step_].delay, [this] {
      const std::string& text = steps_[step_++].text;
      if (!text.empty()) out_.tell([piece = out_.mangle(text)](LlmSink& s) { s.delta(piece); });
      if (!out_.over()) next();
    });
  }

  Script<LlmSink> out_;
  std::vector<LlmStep> steps_;
  std::size_t step_ = 0;
};

class Provider final : public LlmProvider {
 public:
  Provider(LlmScript script, LlmDelivery delivery)
      : script_(std::move(script)), delivery_(delivery), streams_(delivery.seed) {}
  Result<std::unique_ptr<LlmStream>> start(const LlmRequest& request, LlmSink& sink) override {
    Chance chance = streams_.chance(streams_.next());
    const Faults& faults = delivery_.faults;
    if (chance.yes(faults.refused_start)) return draw_failure(faults, chance);
    return std::unique_ptr<LlmStream>(
        std::make_unique<Stream>(script_(request.messages), delivery_, chance, request, sink));
  }

 private:
  const LlmScript script_;
  const LlmDelivery delivery_;
  StreamCounter streams_;
};

}  // namespace

std::shared_ptr<LlmProvider> scripted_llm(LlmScript script, LlmDelivery delivery) {
  return std::make_shared<Provider>(std::move(script), delivery);
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
