#include "support/fake_host.h"

#include <utility>

namespace voiceagent::test {
namespace {

using namespace transports;

template <class T>
T must(Result<T> result) {
  if (!result.ok()) throw std::runtime_error(result.status().to_string());
  return std::move(*result);
}

}  // namespace

FakeHost::FakeHost(const std::shared_ptr<VirtualExecutor>& time, AgentOptions agent)
    : FakeHost({time}, time->workers(), std::move(agent)) {}

FakeHost::FakeHost(std::vector<std::shared_ptr<Executor>> executors, AgentOptions agent)
    : FakeHost(std::move(executors), make_worker_pool(2), std::move(agent)) {}

FakeHost::FakeHost(std::vector<std::shared_ptr<Executor>> executors,
                   std::shared_ptr<WorkerPool> workers, AgentOptions agent)
    : workers_(std::move(workers)) {
  EngineOptions options;
  options.executors = std::move(executors);
  options.workers = workers_;
  options.logger = logger_;
  options.registry = std::make_shared<Registry>();
  options.admission.busy = [this] { return engine_is_busy; };
  engine_ = must(make_engine(std::move(options)));
  agent_ = must(engine_->make_agent(std::move(agent)));
}

FakeHost::~FakeHost() = default;

Result<Principal> FakeHost::authenticate(const net::HttpRequest&, std::string_view token) {
  const std::lock_guard lock(mutex_);
  if (valid_token.empty()) return Principal{"nameless-" + std::to_string(++nameless_), true};
  if (token == valid_token) return Principal{"alice", false};
  if (token == "bob") return Principal{"bob", false};
  return Status(ErrorCode::kAuth, "the token is missing or wrong");
}

Admission FakeHost::admit(const Principal&) {
  const std::lock_guard lock(mutex_);
  if (admitted >= capacity) {
    return {nullptr, resource_exhausted("all lines are busy"), std::chrono::seconds(3)};
  }
  ++admitted;
  return {std::shared_ptr<void>(this,
                                [this](void*) {
                                  const std::lock_guard slots(mutex_);
                                  --admitted;
                                }),
          {},
          {}};
}

Result<std::shared_ptr<Agent>> FakeHost::agent(const Principal&,
                                               const protocols::AgentOverrides& overrides) {
  if (overrides.voice) return invalid_argument("`agent.voice` is not for clients to set here");
  if (overrides.empty()) return agent_;
  AgentOptions options = agent_->options();
  if (overrides.greeting) options.greeting = *overrides.greeting;
  if (overrides.instructions) options.instructions = *overrides.instructions;
  if (overrides.language) options.language = *overrides.language;
  return engine_->make_agent(std::move(options));
}

Result<std::string> FakeHost::keep_clip(const Principal&, Clip clip) {
  const std::lock_guard lock(mutex_);
  clips.push_back(std::move(clip));
  return "/voice/clips/" + std::to_string(clips.size());
}

void FakeHost::session_opening(Session& session, std::string_view, const Principal&) {
  const std::lock_guard lock(mutex_);
  opened.push_back(session.id());
}

}  // namespace voiceagent::test
