#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "base/text.h"
#include "sim/scripted_stream.h"
#include "voiceagent/sim.h"

namespace voiceagent::sim {
namespace {

constexpr Duration kBlankInterval{200'000'000};

// The text of all steps in one, and then the calls.
std::vector<LlmStep> join(const std::vector<LlmStep>& steps) {
  std::vector<LlmStep> all(1);
  for (const LlmStep& step : steps) {
    all.front().delay += step.delay;
    all.front().text += step.text;
    if (!step.call.tool.empty()) all.push_back({Duration(0), {}, step.call});
  }
  return all;
}

// What follows `said`, if the reply begins with that; else all of it.
std::vector<LlmStep> rest_of(std::vector<LlmStep> steps, std::string_view said) {
  if (!join(steps).front().text.starts_with(said)) return steps;
  for (LlmStep& step : steps) {
    const std::size_t known = std::min(said.size(), step.text.size());
    step.text.erase(0, known);
    said.remove_prefix(known);
  }
  std::erase_if(steps, [](const LlmStep& step) { return step.text.empty(); });
  return steps;
}

class Stream final : public LlmStream {
 public:
  Stream(std::vector<LlmStep> steps, const LlmDelivery& delivery, const Death& death, Chance chance,
         Entry entry, const LlmRequest& request, LlmSink& sink)
      : out_(*request.context.executor, sink, delivery.faults, chance, std::move(entry)),
        death_(death),
        steps_(std::move(steps)) {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      steps_[i].delay += out_.chance().draw(i == 0 ? delivery.first_token : delivery.per_step);
    }
    if (!delivery.streaming) steps_ = join(steps_);
    next();
  }
  void cancel() override { out_.cancel(); }

 private:
  void next() {
    if (death_.how != Death::How::kNone && static_cast<int>(step_) >= death_.after_words) {
      const Duration then = step_ < steps_.size() ? steps_[step_].delay : Duration(0);
      if (death_.how == Death::How::kEmpty) return say_blanks();
      return out_.after(then, [this] { out_.die(death_); });
    }
    if (step_ == steps_.size()) {
      return out_.after(Duration(0), [this] {
        const FinishReason reason = called_ ? FinishReason::kToolCalls : FinishReason::kStop;
        out_.conclude([reason](LlmSink& sink) { sink.done({}, reason); });
      });
    }
    out_.after(steps_[step_].delay, [this] {
      const LlmStep& step = steps_[step_++];
      if (!step.text.empty()) {
        out_.tell([piece = out_.mangle(step.text)](LlmSink& s) { s.delta(piece); });
      }
      if (!out_.over() && !step.call.tool.empty()) {
        called_ = true;
        out_.tell([call = step.call](LlmSink& s) {
          s.tool_call({call.id, call.tool, call.arguments});
        });
      }
      if (!out_.over()) next();
    });
  }

  // Until it is cancelled.
  void say_blanks() {
    out_.after(kBlankInterval, [this] {
      out_.tell([](LlmSink& sink) { sink.delta("\n"); });
      if (!out_.over()) say_blanks();
    });
  }

  Script<LlmSink> out_;
  const Death death_;
  std::vector<LlmStep> steps_;
  std::size_t step_ = 0;
  bool called_ = false;  // a tool
};

class Provider final : public LlmProvider {
 public:
  Provider(LlmScript script, LlmDelivery delivery)
      : script_(std::move(script)),
        delivery_(delivery),
        streams_(delivery.seed),
        pool_(delivery.pool) {}
  Result<std::unique_ptr<LlmStream>> start(const LlmRequest& request, LlmSink& sink) override {
    const std::uint64_t number = streams_.next();
    Chance chance = streams_.chance(number);
    const Faults& faults = delivery_.faults;
    if (chance.yes(faults.refused_start)) return draw_failure(faults, chance);
    const Death death = death_of(delivery_.death, number);
    if (Status refused = refusal(death); !refused.ok()) return refused;
    Result<Entry> entry = pool_.enter(*request.context.executor);
    if (!entry.ok()) return entry.status();
    std::vector<LlmStep> steps = script_(request.messages);
    if (!steps.empty()) steps.front().delay += connect(request.context.executor->now());
    return std::unique_ptr<LlmStream>(std::make_unique<Stream>(
        std::move(steps), delivery_, death, chance, std::move(*entry), request, sink));
  }
  void warm_up(const WarmUp& means) override { (void)connect(means.executor->now()); }

 private:
  // How long until the connection is there.
  Duration connect(Time now) {
    if (delivery_.set_up == Duration(0)) return Duration(0);
    const std::lock_guard lock(mutex_);
    if (!connected_) connected_ = now + delivery_.set_up;
    return std::max(Duration(0), *connected_ - now);
  }

  const LlmScript script_;
  const LlmDelivery delivery_;
  StreamCounter streams_;
  ScriptedPool pool_;
  std::mutex mutex_;
  std::optional<Time> connected_;  // since then, or from then on
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
  return [steps = std::move(steps)](std::span<const Message> messages) {
    const bool begun = !messages.empty() && messages.back().role == Role::kAssistant;
    return begun ? rest_of(steps, messages.back().text) : steps;
  };
}

}  // namespace voiceagent::sim
