#include "voiceagent/random_simulation.h"

#include <array>
#include <memory>
#include <utility>

#include "core/engine.h"
#include "sim/invariants.h"
#include "sim/random_caller.h"
#include "sim/random_digest.h"
#include "sim/random_plan.h"
#include "sim/random_pools.h"
#include "sim/random_providers.h"
#include "sim/random_timeline.h"
#include "sim/scripted_pool.h"

namespace voiceagent::sim {
namespace {

// One conversation: an engine with nothing but scripted providers, on a time line of its own.
class Stage {
 public:
  Stage(const RandomPlan& plan, bool timeline)
      : plan_(plan),
        time_(VirtualExecutor::create(VirtualTimeOptions{plan.seed, Duration(0), 0})),
        records_(std::make_shared<ProviderRecords>()),
        invariants_(plan_, *records_),
        timeline_(timeline) {}
  // The session lets go of the time line in a task of its own; an apology may still be rendered.
  ~Stage() { leave(std::chrono::minutes(plan_.agent.resilience.apology.empty() ? 0 : 1)); }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  Status open() {
    EngineOptions options;
    options.executors = {time_};
    options.workers = time_->workers();
    options.logger = make_null_logger();
    options.registry = std::make_shared<Registry>();
    Result<std::shared_ptr<Engine>> engine = make_engine(std::move(options));
    if (!engine.ok()) return engine.status();
    AgentOptions agent = plan_.agent;
    agent.stt = {"stt", {}, scripted_stt(shared(plan_.stt))};
    agent.llm = {"llm", {}, recorded_llm(plan_, shared(plan_.llm), records_)};
    agent.tts = {"tts", {}, recorded_tts(shared(plan_.tts), records_)};
    for (const SttScript& stt : plan_.stt_fallbacks) {
      agent.stt.fallbacks.push_back({"another stt", {}, scripted_stt(shared(stt))});
    }
    for (const LlmDelivery& llm : plan_.llm_fallbacks) {
      agent.llm.fallbacks.push_back(
          {"another llm", {}, recorded_llm(plan_, shared(llm), records_)});
    }
    for (const TtsScript& tts : plan_.tts_fallbacks) {
      agent.tts.fallbacks.push_back({"another tts", {}, recorded_tts(shared(tts), records_)});
    }
    agent.vad = {"vad", {}, level_vad()};
    for (const ToolScript& script : plan_.tools) {
      agent.tools.push_back(scripted_tool(script, time_));
    }
    Result<std::shared_ptr<Agent>> made = (*engine)->make_agent(std::move(agent));
    if (!made.ok()) return made.status();
    agent_ = std::move(*made);
    Result<std::shared_ptr<Session>> session = agent_->open_session(plan_.session);
    if (!session.ok()) return session.status();
    session_ = std::move(*session);
    return Status::success();
  }

  RandomRun run() {
    far_end_ = std::make_unique<FarEnd>(*session_, plan_.far_end);
    RandomCaller caller(plan_, *time_, *session_, invariants_, *far_end_,
                        [this](const std::string& what) { timeline_.note(now(), what); });
    caller_ = &caller;
    const Subscription all =
        session_->events().subscribe_all([this](const AnyEvent& event) { see(event); });
    timeline_.note(Duration(0), describe(plan_) + describe_pools(plan_));
    caller.converse();
    invariants_.finish(session_->context(), caller.utterances(), *far_end_);

    RandomRun run;
    run.seed = plan_.seed;
    run.events = invariants_.story().events();
    run.turns = invariants_.story().answered().size();
    run.violations = invariants_.findings().take();
    run.timeline = timeline_.text();
    run.digest = digest_.value();
    run.simulated = now();
    far_end_.reset();
    check_pools(run);
    return run;
  }

 private:
  template <class Script>
  Script shared(Script script) const {
    script.pool.board = pools_;
    return script;
  }
  void leave(Duration afterwards) {
    session_.reset();
    time_->run_for(afterwards);
  }
  // Whoever had a place in a pool has given it back once all is over.
  void check_pools(RandomRun& run) {
    if (pools_->all().empty()) return;
    leave(std::chrono::minutes(1));
    if (std::string left = left_over(*pools_); !left.empty()) {
      run.violations.push_back({"pools return to rest", std::move(left), now()});
    }
  }
  Duration now() const { return time_->now().time_since_epoch(); }

  void see(const AnyEvent& event) {
    timeline_.see(now(), event);
    digest_.add(event);
    invariants_.see(event, *far_end_);
    const int nth = ++seen_[static_cast<std::size_t>(event.kind())];
    for (const Hook& hook : plan_.hooks) {
      if (hook.kind == event.kind() && hook.nth == nth) caller_->command(hook.command);
    }
  }

  const RandomPlan plan_;
  const std::shared_ptr<VirtualExecutor> time_;
  const std::shared_ptr<ProviderRecords> records_;
  const std::shared_ptr<PoolBoard> pools_ = std::make_shared<PoolBoard>();
  Invariants invariants_;
  Timeline timeline_;
  Digest digest_;
  std::array<int, kEventKinds> seen_{};
  std::shared_ptr<Agent> agent_;
  std::shared_ptr<Session> session_;
  std::unique_ptr<FarEnd> far_end_;
  RandomCaller* caller_ = nullptr;
};

RandomRun run_once(const RandomPlan& plan, bool timeline) {
  Stage stage(plan, timeline);
  if (Status status = stage.open(); !status.ok()) {
    RandomRun run;
    run.seed = plan.seed;
    run.violations.push_back({"the agent can be made", status.to_string(), Duration(0)});
    return run;
  }
  return stage.run();
}

}  // namespace

RandomRun run_random(std::uint64_t seed, const RandomOptions& options) {
  RandomPlan plan = draw_plan(seed, options);
  draw_pools(plan);
  RandomRun run = run_once(plan, options.timeline);
  if (run.violations.empty() || options.timeline) return run;
  // Once more, to see how it came to that.
  RandomRun again = run_once(plan, true);
  if (again.digest != run.digest) {
    again.violations.push_back({"a seed gives the same run again", "it has not", Duration(0)});
  }
  return again;
}

}  // namespace voiceagent::sim
