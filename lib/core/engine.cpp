#include "core/engine.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/admission/admission.h"
#include "core/admission/agent_pools.h"
#include "core/resilience/chains.h"
#include "core/session/session_impl.h"
#include "core/tools/tool_workers.h"

namespace voiceagent {
namespace {

// Frames of 20 ms, kept for re-use: a thousand cover the unheard output, a second each, of twenty
// sessions that all speak.
constexpr std::size_t kFrameSamples = 320;
constexpr std::size_t kWideFrameSamples = 960;
constexpr std::size_t kIdleFrames = 1024;

// What the engine owns; agents and sessions keep it alive.
struct Shared {
  std::vector<std::shared_ptr<Executor>> executors;
  std::shared_ptr<WorkerPool> workers;
  std::shared_ptr<WorkerPool> tool_workers;
  std::shared_ptr<Logger> logger;
  std::shared_ptr<const Registry> registry;
  std::shared_ptr<FramePool> frames = FramePool::create(kFrameSamples, kIdleFrames);
  std::shared_ptr<FramePool> wide_frames = FramePool::create(kWideFrameSamples, kIdleFrames);
  HealthBoard health;
  std::shared_ptr<PoolBoard> pools = std::make_shared<PoolBoard>();
  std::shared_ptr<AdmissionControl> admission;
};

// What is known of the providers that an agent chose.
struct AgentProviders {
  std::vector<WatchedProvider> watched;
  AgentPools pools;
};

class AgentImpl final : public Agent {
 public:
  AgentImpl(std::shared_ptr<Shared> shared, SessionParts parts, AgentProviders providers)
      : shared_(std::move(shared)), parts_(std::move(parts)), providers_(std::move(providers)) {}

  const AgentOptions& options() const override { return *parts_.agent; }

  SessionProviders providers() const override {
    return {parts_.stt, parts_.llm, parts_.tts, parts_.vad, parts_.turn_detector};
  }

  std::vector<ProviderStatus> provider_states() const override {
    std::vector<ProviderStatus> states;
    for (const WatchedProvider& provider : providers_.watched) {
      states.push_back({provider.kind, provider.name, provider.health->breaker.state()});
    }
    return states;
  }

  std::shared_ptr<const Pcm> apology() const override {
    return parts_.apology != nullptr ? parts_.apology->clip() : nullptr;
  }

  Result<std::shared_ptr<Session>> open_session(SessionOptions options,
                                                std::shared_ptr<Executor> executor) override {
    if (Status status = check(options); !status.ok()) return status;
    SessionParts parts = parts_for(options);
    if (options.tools != nullptr) {
      Result<std::shared_ptr<const ToolBox>> tools = ToolBox::create(*options.tools);
      if (!tools.ok()) return tools.status();
      parts.tools = std::move(*tools);
    }
    Result<std::shared_ptr<void>> place = shared_->admission->admit(overrun(options));
    if (!place.ok()) return place.status();
    // Who brings its own recogniser has nothing to do with our pools.
    if (options.providers.stt == nullptr) parts.pools = shared_->pools;
    parts.place = std::move(*place);
    parts.admission = shared_->admission;
    parts.executor = executor != nullptr ? std::move(executor) : next_executor();
    parts.board = shared_->admission->executors().board_of(*parts.executor);
    if (parts.apology != nullptr) {
      parts.apology->prepare({parts.executor, parts.workers, parts.logger, parts.board});
    }
    return SessionImpl::create(std::move(parts), std::move(options));
  }

  std::shared_ptr<Executor> next_executor() override {
    return shared_->admission->executors().next();
  }

  Status check(const SessionOptions& options) const override {
    const int rate = options.output_rate;
    if (rate == 0 || (rate >= kMinOutputRate && rate <= kMaxOutputRate)) return {};
    return invalid_argument("an output rate of " + std::to_string(rate) +
                            " samples a second: it must be from 8000 to 48000");
  }

  Status check_room() const override { return shared_->admission->check_room(overrun({})); }

  Status check_text(std::string_view text) const override {
    return check_typed_text(text, parts_.agent->limits);
  }

  int output_rate(const SessionOptions& options) const override {
    return output_rate_of(parts_for(options), options);
  }

 private:
  static constexpr int kMinOutputRate = 8'000;
  static constexpr int kMaxOutputRate = 48'000;

  std::string overrun(const SessionOptions& options) const {
    return providers_.pools.overrun(parts_.agent->mode, options.providers);
  }

  SessionParts parts_for(const SessionOptions& options) const {
    SessionParts parts = parts_;
    if (options.providers.stt) parts.stt = options.providers.stt;
    if (options.providers.llm) parts.llm = options.providers.llm;
    if (options.providers.tts) parts.tts = options.providers.tts;
    if (options.providers.vad) parts.vad = options.providers.vad;
    if (options.providers.turn_detector) parts.turn_detector = options.providers.turn_detector;
    return parts;
  }

  const std::shared_ptr<Shared> shared_;
  const SessionParts parts_;
  const AgentProviders providers_;
};

// The host's object, or one made by the registry; none for an empty name.
template <class Provider, class Make>
Result<std::shared_ptr<Provider>> choose(const ProviderChoice<Provider>& choice, Make make) {
  if (choice.instance != nullptr || choice.name.empty()) return choice.instance;
  return make();
}

// What the host left open is as `defaults` has it.
void complete(TurnStrategies& chosen, const TurnStrategies& defaults) {
  if (chosen.start_of_speech == nullptr) chosen.start_of_speech = defaults.start_of_speech;
  if (chosen.interruption == nullptr) chosen.interruption = defaults.interruption;
  if (chosen.end_of_turn == nullptr) chosen.end_of_turn = defaults.end_of_turn;
  if (chosen.mute == nullptr) chosen.mute = defaults.mute;
  if (chosen.idle == nullptr) chosen.idle = defaults.idle;
}

// In virtual time nothing hangs that a thread in real time could tell of.
bool is_virtual(const std::shared_ptr<Executor>& executor) {
  return dynamic_cast<const VirtualExecutor*>(executor.get()) != nullptr;
}

class EngineImpl final : public Engine {
 public:
  explicit EngineImpl(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

  Result<std::shared_ptr<Agent>> make_agent(AgentOptions options) override {
    SessionParts parts;
    parts.workers = shared_->workers;
    parts.tool_workers = shared_->tool_workers;
    parts.logger = shared_->logger;
    parts.frames = shared_->frames;
    parts.wide_frames = shared_->wide_frames;
    complete(options.strategies, default_turn_strategies(options.turn));
    Result<std::shared_ptr<const ToolBox>> tools = ToolBox::create(options.tools);
    if (!tools.ok()) return tools.status();
    parts.tools = std::move(*tools);
    parts.agent = std::make_shared<AgentOptions>(std::move(options));
    AgentProviders providers;
    if (Status status = load(parts, providers); !status.ok()) return status;
    if (Status status = check(parts); !status.ok()) return status;
    if (!parts.agent->resilience.apology.empty() && parts.tts != nullptr) {
      const AgentOptions& agent = *parts.agent;
      parts.apology = std::make_shared<Apology>(
          agent.resilience.apology, Apology::Voice{parts.tts, agent.voice, agent.language},
          agent.resilience.apology_clip);
      const auto& executor = shared_->executors.front();
      parts.apology->prepare({executor, parts.workers, parts.logger,
                              shared_->admission->executors().board_of(*executor)});
    }
    return std::shared_ptr<Agent>(
        std::make_shared<AgentImpl>(shared_, std::move(parts), std::move(providers)));
  }

  const Registry& registry() const override { return *shared_->registry; }
  EngineLoad load() const override { return shared_->admission->load(); }
  std::vector<PoolStatus> pools() const override { return shared_->pools->all(); }

 private:
  Status load(SessionParts& parts, AgentProviders& providers) const {
    const Registry& registry = *shared_->registry;
    const AgentOptions& agent = *parts.agent;
    const ProviderContext context{shared_->workers, shared_->logger, shared_->pools,
                                  shared_->executors.front()};
    const ChainParts chain{registry, context, shared_->health, shared_->wide_frames,
                           providers.watched};
    auto stt = make_stt_chain(agent, chain);
    if (!stt.ok()) return stt.status();
    auto llm = make_llm_chain(agent, chain);
    if (!llm.ok()) return llm.status();
    auto tts = make_tts_chain(agent, chain);
    if (!tts.ok()) return tts.status();
    if (!agent.vad.fallbacks.empty()) return unsupported("vad: a detector has no fallbacks");
    auto vad = choose<VadProvider>(
        agent.vad, [&] { return registry.make_vad(agent.vad.name, agent.vad.options, context); });
    if (!vad.ok()) return vad.status();
    providers.pools = {std::move(stt->pools), std::move(llm->pools), std::move(tts->pools)};
    parts.stt = std::move(stt->provider);
    parts.llm = std::move(llm->provider);
    parts.tts = std::move(tts->provider);
    parts.vad = *vad;
    parts.turn_detector = agent.turn_detector;
    return Status::success();
  }

  static Status check(const SessionParts& parts) {
    const AgentOptions& agent = *parts.agent;
    if (Status status = check_mode(parts, agent.mode); !status.ok()) return status;
    if (parts.tts != nullptr && agent.resilience.apology.size() > Apology::kMaxText) {
      return invalid_argument(
          "resilience.apology: " + std::to_string(agent.resilience.apology.size()) +
          " bytes; a synthesiser takes at most " + std::to_string(Apology::kMaxText) + " at once");
    }
    if (agent.voice.empty() || parts.tts == nullptr) return Status::success();
    const std::vector<std::string>& voices = parts.tts->capabilities().voices;
    if (voices.empty() || std::ranges::find(voices, agent.voice) != voices.end()) {
      return Status::success();
    }
    std::string names;
    for (const std::string& voice : voices) names += (names.empty() ? "" : ", ") + voice;
    return not_found("tts provider '" + agent.tts.name + "': unknown voice '" + agent.voice +
                     "'; there are: " + names);
  }

  const std::shared_ptr<Shared> shared_;
};

}  // namespace

Result<std::shared_ptr<Engine>> make_engine(EngineOptions options) {
  auto shared = std::make_shared<Shared>();
  shared->executors = std::move(options.executors);
  if (shared->executors.empty()) shared->executors.push_back(make_thread_executor());
  for (const auto& executor : shared->executors) {
    if (executor == nullptr)
      return resource_exhausted("the system gives no thread for an executor");
  }
  shared->tool_workers = std::move(options.tool_workers);
  if (shared->tool_workers == nullptr) {
    shared->tool_workers = options.workers != nullptr ? options.workers : make_tool_workers();
  }
  shared->workers = options.workers != nullptr ? std::move(options.workers) : make_worker_pool();
  if (shared->workers == nullptr) {
    return resource_exhausted("the system gives no threads for a worker pool");
  }
  shared->logger = options.logger != nullptr ? std::move(options.logger)
                                             : make_stderr_logger(LogLevel::kWarning);
  shared->registry = std::move(options.registry);
  // Neither an executor nor a worker can tell that an executor is stuck: one deadlock may hold all.
  std::shared_ptr<Executor> reporter;
  if (!std::ranges::all_of(shared->executors, is_virtual)) reporter = make_thread_executor();
  shared->admission = std::make_shared<AdmissionControl>(
      std::move(options.admission), shared->executors, std::move(reporter), shared->logger);
  return std::shared_ptr<Engine>(std::make_shared<EngineImpl>(std::move(shared)));
}

}  // namespace voiceagent
