// Conversations in which every kind of event happens, one or the other: a busy one, and one with
// troubles. The host's session may go away in the middle of them.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/puppet_stand.h"

namespace voiceagent::test {

// One that is done, with a report on the way, one that never is, and one that hands over.
inline std::vector<Tool> eventful_tools() {
  Tool quick;
  quick.name = "quick";
  quick.handler = [](std::shared_ptr<ToolReply> reply) {
    reply->progress("half of it");
    reply->answer(std::string("done"));
  };
  Tool slow;
  slow.name = "slow";
  slow.interruption = ToolInterruption::kCancel;
  slow.handler = [held = std::make_shared<std::vector<std::shared_ptr<ToolReply>>>()](
                     std::shared_ptr<ToolReply> reply) { held->push_back(std::move(reply)); };
  Tool transfer;
  transfer.name = "transfer";
  transfer.effect = ToolEffect::kTransfer;
  transfer.effect_value = "the desk";
  return {quick, slow, transfer};
}

inline std::vector<sim::LlmStep> call(std::string_view tool) {
  sim::LlmStep step;
  step.call = {std::string(), std::string(tool), "{}"};
  return {step};
}

inline AgentOptions busy_agent() {
  AgentOptions agent = scripted_agent("");
  agent.tools = eventful_tools();
  agent.greeting = "Welcome.";
  agent.llm.instance = sim::scripted_llm([](std::span<const Message> messages) {
    if (messages.back().text == "fail") return std::vector<sim::LlmStep>{{20s, "too late"}};
    if (messages.back().text == "tools") return call("quick");
    if (messages.back().text == "done") return call("slow");
    if (messages.back().text == "hand me over") return call("transfer");
    if (messages.back().role == Role::kTool) return std::vector<sim::LlmStep>{{10ms, "Fine."}};
    return std::vector<sim::LlmStep>{{10ms, "One two three four five six. "},
                                     {50ms, "Seven eight nine ten eleven twelve."}};
  });
  agent.resilience.first_token = 1s;
  agent.turn.idle_after = 700ms;
  sim::SttScript ears;
  ears.turn_signal = 250ms;
  agent.stt.instance = sim::scripted_stt(ears);
  return agent;
}

// Speech, a cough, keys, typing, modes, tools, a model that is too late.
inline void live_busily(SessionRig& rig) {
  const auto with = [&rig](auto what) {
    if (rig.session != nullptr) what(*rig.session);
  };
  const auto type = [&with](std::string_view text) {
    with([text](Session& session) { (void)session.push_text(text); });
  };
  rig.wait(200ms);
  rig.say("hello there");
  rig.wait(1500ms);
  rig.noise(180ms);
  rig.wait(1s);
  with([](Session& session) { (void)session.push_dtmf("5#"); });
  rig.say("stop that");
  rig.wait(800ms);
  type("and now this");
  rig.wait(300ms);
  with([](Session& session) { (void)session.set_mode(Mode::kTextToText); });
  rig.wait(200ms);
  with([](Session& session) { (void)session.set_mode(Mode::kVoiceToVoice); });
  type("fail");
  rig.wait(3s);
  type("tools");
  rig.wait(300ms);
  type("still here");
  rig.wait(300ms);
  type("hand me over");
  rig.wait(2s);
  with([](Session& session) { session.close(); });
  rig.run(3s);
}

// Understands all; the first one writes a single summary and refuses what the second one answers.
class FickleModel final : public LlmProvider {
 public:
  explicit FickleModel(bool first)
      : first_(first), model_(sim::scripted_llm([](std::span<const Message> messages) {
          const Duration late = messages.back().text == "late" ? 700ms : 10ms;
          return std::vector<sim::LlmStep>{{late, "Fine."}};
        })) {}

  Result<std::unique_ptr<LlmStream>> start(const LlmRequest& request, LlmSink& sink) override {
    const bool summary = request.messages.front().text.starts_with("Summarise");
    const bool asked = request.messages.back().text == "fail";
    if (summary && !std::exchange(may_summarise_, false)) return unavailable("no summary");
    if (asked && first_) return unavailable("not now");
    sink.intent({"everything", 1.0F, {}});
    return model_->start(request, sink);
  }

 private:
  const bool first_;
  const std::shared_ptr<LlmProvider> model_;
  bool may_summarise_ = first_;  // once
};

// Its model is asked for summaries and for the same again, and is left alone for a while; its
// recogniser comes from a registry, and has a pool.
inline AgentOptions troubled_agent() {
  AgentOptions agent = scripted_agent("");
  agent.mode = Mode::kTextToText;
  agent.stt = {"pooled", {}, nullptr};
  agent.llm = {"first", {}, std::make_shared<FickleModel>(true)};
  agent.llm.fallbacks = {{"second", {}, std::make_shared<FickleModel>(false)}};
  agent.resilience.first_token = 1s;
  agent.resilience.hedging = true;
  agent.resilience.hedging_percent = 100;
  agent.resilience.breaker_failures = 1;
  agent.summarise_history = true;
  agent.limits.max_history_messages = 8;
  return agent;
}

inline void live_in_trouble(SessionRig& rig) {
  const auto type = [&rig](std::string_view text, Duration wait) {
    if (rig.session != nullptr) (void)rig.session->push_text(text);
    rig.run(wait);
  };
  for (int i = 0; i < 30; ++i) type("hello", 100ms);  // what is usual becomes known
  type("late", 1s);
  type("fail", 1s);
  if (rig.session != nullptr) rig.session->close();
  rig.run(3s);
}

class SomePool final : public PoolSource {
 public:
  PoolStatus status() const override { return {"recognisers"}; }
};

inline std::shared_ptr<Registry> registry_with_pool() {
  auto registry = std::make_shared<Registry>();
  registry->add(
      {"pooled", "Has a pool.", {}},
      [pool = std::make_shared<const SomePool>()](
          const Options&, const ProviderContext& context) -> Result<std::shared_ptr<SttProvider>> {
        context.pools->add(pool);
        return sim::scripted_stt();
      });
  return registry;
}

template <class E>
constexpr bool of_trouble() {
  constexpr std::array<std::string_view, 8> kKinds{
      "warning",         "intent",        "history_summarised", "provider_failover",
      "breaker_changed", "stage_delayed", "reply_hedged",       "pool_statistics"};
  return std::ranges::find(kKinds, E::kName) != kKinds.end();
}

// A session in which events of that kind will happen once it lives; `listen` is called before it
// has opened.
template <class E, class Listen>
SessionRig eventful(const Listen& listen) {
  AgentOptions agent = of_trouble<E>() ? troubled_agent() : busy_agent();
  return SessionRig(std::move(agent), {}, {}, nullptr, {registry_with_pool(), listen});
}

template <class E>
void live(SessionRig& rig) {
  of_trouble<E>() ? live_in_trouble(rig) : live_busily(rig);
}

}  // namespace voiceagent::test
