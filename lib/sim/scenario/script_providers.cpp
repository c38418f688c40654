#include "sim/scenario/script_providers.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/text.h"

namespace voiceagent::sim {
namespace {

// The same with its pool on the board.
template <class Script>
Script shared(Script script, const std::shared_ptr<PoolBoard>& pools) {
  script.pool.board = pools;
  return script;
}

// The n-th stream comes from the n-th provider, all that follow from the last one.
template <class Provider, class Stream, class Request, class Sink>
class InTurn : public Provider {
 public:
  explicit InTurn(std::vector<std::shared_ptr<Provider>> providers)
      : providers_(std::move(providers)) {}
  Result<std::unique_ptr<Stream>> start(const Request& request, Sink& sink) override {
    const std::size_t which = std::min(started_++, providers_.size() - 1);
    return providers_[which]->start(request, sink);
  }

 protected:
  const std::vector<std::shared_ptr<Provider>> providers_;

 private:
  std::size_t started_ = 0;
};

class SttInTurn final : public InTurn<SttProvider, SttStream, SttRequest, SttSink> {
 public:
  using InTurn::InTurn;
  const SttCapabilities& capabilities() const override {
    return providers_.front()->capabilities();
  }
};

class TtsInTurn final : public InTurn<TtsProvider, TtsStream, TtsRequest, TtsSink> {
 public:
  using InTurn::InTurn;
  const TtsCapabilities& capabilities() const override {
    return providers_.front()->capabilities();
  }
};

// The tool whose result the last message is, or "".
std::string_view answered_tool(std::span<const Message> messages) {
  if (messages.empty() || messages.back().role != Role::kTool) return {};
  for (const Message& message : messages) {
    for (const ToolCall& call : message.tool_calls) {
      if (call.id == messages.back().tool_call_id) return call.name;
    }
  }
  return {};
}

// The words, and then the calls.
LlmScript script_of(const ReplyRule& rule) {
  std::vector<LlmStep> steps = fixed_reply(rule.text)({});
  for (const LlmCall& call : rule.calls) steps.push_back({Duration(0), {}, call});
  return [steps = std::move(steps)](std::span<const Message>) { return steps; };
}

// Each rule is a model of its own.
class Rules final : public LlmProvider {
 public:
  Rules(const std::vector<ReplyRule>& rules, std::uint64_t seed,
        const std::shared_ptr<PoolBoard>& pools) {
    for (const ReplyRule& rule : rules) {
      LlmDelivery delivery = shared(rule.delivery, pools);
      delivery.seed = seed + rules_.size();
      rules_.push_back({to_lower(rule.when), rule.after_tool, !rule.calls.empty(), rule.times,
                        scripted_llm(script_of(rule), delivery)});
    }
  }
  Result<std::unique_ptr<LlmStream>> start(const LlmRequest& request, LlmSink& sink) override {
    // Of a reply that has begun the rest is asked for.
    std::string asked;
    for (const Message& message : request.messages) {
      if (message.role != Role::kAssistant) asked = to_lower(message.text);
    }
    const std::string_view tool = answered_tool(request.messages);
    for (Rule& rule : rules_) {
      if (rule.left == 0 || asked.find(rule.when) == std::string::npos) continue;
      if (rule.calls && !request.may_call_tools) continue;
      if (!rule.after_tool.empty() && rule.after_tool != tool) continue;
      --rule.left;
      return rule.model->start(request, sink);
    }
    return unavailable("no reply of the scenario fits '" + asked + "'");
  }
  void warm_up(const WarmUp& means) override {
    for (const Rule& rule : rules_) rule.model->warm_up(means);
  }

 private:
  struct Rule {
    std::string when;
    std::string after_tool;
    bool calls;
    int left;
    std::shared_ptr<LlmProvider> model;
  };
  std::vector<Rule> rules_;
};

}  // namespace

void use_scripts(AgentOptions& agent, const ProviderScripts& scripts, std::uint64_t seed,
                 const std::shared_ptr<Executor>& executor,
                 const std::shared_ptr<PoolBoard>& pools) {
  agent.tools.clear();
  for (ToolScript script : scripts.tools) {
    script.seed = seed + 1000 + agent.tools.size();
    agent.tools.push_back(scripted_tool(std::move(script), executor));
  }
  std::vector<std::shared_ptr<SttProvider>> stt;
  for (SttScript script : scripts.stt) {
    script.seed = ++seed;
    stt.push_back(scripted_stt(shared(script, pools)));
  }
  std::vector<std::shared_ptr<TtsProvider>> tts;
  for (TtsScript script : scripts.tts) {
    script.seed = ++seed;
    tts.push_back(scripted_tts(shared(script, pools)));
  }
  agent.stt = {"scripted", {}, std::make_shared<SttInTurn>(std::move(stt))};
  agent.tts = {"scripted", {}, std::make_shared<TtsInTurn>(std::move(tts))};
  agent.llm = {"scripted", {}, std::make_shared<Rules>(scripts.replies, seed + 1, pools)};
  agent.vad = {"level", {}, level_vad(scripts.vad_rate)};
  seed += scripts.replies.size();
  const auto name = [](const auto& chain) {
    return "fallback_" + std::to_string(chain.size() + 1);
  };
  for (SttScript script : scripts.stt_fallbacks) {
    script.seed = ++seed;
    auto& chain = agent.stt.fallbacks;
    chain.push_back({name(chain), {}, scripted_stt(shared(script, pools))});
  }
  for (TtsScript script : scripts.tts_fallbacks) {
    script.seed = ++seed;
    auto& chain = agent.tts.fallbacks;
    chain.push_back({name(chain), {}, scripted_tts(shared(script, pools))});
  }
  for (const std::vector<ReplyRule>& rules : scripts.llm_fallbacks) {
    auto& chain = agent.llm.fallbacks;
    chain.push_back({name(chain), {}, std::make_shared<Rules>(rules, ++seed * 1'000, pools)});
  }
}

}  // namespace voiceagent::sim
