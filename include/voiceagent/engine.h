/// @file
/// The engine: the threads, the registry and the log that agents and their sessions share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/agent.h"
#include "voiceagent/executor.h"
#include "voiceagent/export.h"
#include "voiceagent/log.h"
#include "voiceagent/pool.h"
#include "voiceagent/registry.h"
#include "voiceagent/session.h"
#include "voiceagent/status.h"
#include "voiceagent/time.h"

namespace voiceagent {

/// When an engine takes no more sessions, so that those that run keep their quality. What is not
/// set is no limit.
struct AdmissionOptions {
  std::size_t max_sessions = 0;  ///< At a time; 0: as many as come.
  /// So many at a time are taken however late tasks are: with so few, the lateness comes from what
  /// else the machine does, and refusing would help nobody. The other limits hold for them too.
  std::size_t min_sessions = 8;
  /// Tasks may be so late; 0: however late. Sessions do without, in this order: details of metrics,
  /// from half of it on; partial transcripts, from three quarters; preparing replies before a turn
  /// has ended, from twice as much, because that costs the caller most. Were they so late twice
  /// within five seconds, then who leaves may be replaced, and more are let in bit by bit after
  /// each 10 s without.
  Duration max_lateness{0};
  std::function<Duration()> lateness;  ///< Who measures it; empty: the engine, on its executors.
  /// Whether sessions are refused while a pool that they need is overrun: all of it is lent, and as
  /// many requests wait, or one has waited for as long as its pool has patience. Needed is what a
  /// session's mode needs, unless it brings its own or a fallback has room.
  bool pools = true;
  std::function<std::string()> busy;    ///< A reason of the host's to refuse, or "".
  Duration retry_after{2'000'000'000};  ///< What a refused caller is told to wait.
};

/// What sessions do without while there is too much to do; each level includes those before.
enum class Shedding : std::uint8_t {
  kNothing,     ///< There is time for everything.
  kMetrics,     ///< Details of metrics: `stage_delayed`, `pool_statistics`.
  kPartials,    ///< Partial transcripts.
  kPreparation  ///< Replies that are prepared before a turn has ended.
};
/// The name: "nothing", "metrics", "partials", "preparation".
VOICEAGENT_EXPORT std::string_view to_string(Shedding level);

/// How much an engine has to do.
struct EngineLoad {
  std::size_t sessions = 0;                ///< Open now.
  std::uint64_t admitted = 0;              ///< Sessions so far.
  std::uint64_t refused = 0;               ///< Sessions that were not opened, so far.
  Duration lateness{0};                    ///< Of tasks, of late or now; 0: it isn't measured.
  Duration retry_after{0};                 ///< What a refused caller is told to wait.
  Shedding shedding = Shedding::kNothing;  ///< What sessions do without now.
};

/// How an engine is made. Everything is optional.
struct EngineOptions {
  /// Where sessions live; empty: the engine makes one executor with a thread of its own. Another
  /// thread logs, as an error, the host's or a provider's call that has held one for a second and
  /// has not returned; there is none where all are VirtualExecutors.
  std::vector<std::shared_ptr<Executor>> executors;
  /// Where heavy work runs; null: the engine makes a pool with a thread per core.
  std::shared_ptr<WorkerPool> workers;
  /// Where log lines go; null: warnings and errors go to standard error.
  std::shared_ptr<Logger> logger;
  /// What providers there are; null: those that this build brings along.
  std::shared_ptr<const Registry> registry;
  /// Where tools that block run; null: on `workers` if these are given, else on up to 16 threads of
  /// their own, so that a tool that hangs keeps nobody else from working.
  std::shared_ptr<WorkerPool> tool_workers{};
  /// When it takes no more sessions.
  AdmissionOptions admission{};
};

/// How one of an agent's providers fares.
struct ProviderStatus {
  ProviderKind kind = ProviderKind::kStt;        ///< What it does.
  std::string name;                              ///< As the agent's options have it.
  BreakerState breaker = BreakerState::kClosed;  ///< Closed too where nothing stands in for it: a
                                                 ///< lone provider that is not tried again.
};

/// An agent ready to talk: its providers are loaded and shared by all its sessions. Thread-safe.
class VOICEAGENT_EXPORT Agent {
 public:
  virtual ~Agent() = default;
  /// What it was made from.
  virtual const AgentOptions& options() const = 0;
  /// What its sessions talk to; constant.
  virtual SessionProviders providers() const = 0;
  /// How its recognisers, models and voices fare, each kind in the order of its chain. Any thread;
  /// does not block.
  virtual std::vector<ProviderStatus> provider_states() const = 0;
  /// The audio of its apology (ResilienceOptions::apology); null until it has been made. Any
  /// thread; does not block.
  virtual std::shared_ptr<const Pcm> apology() const = 0;
  /// Makes a session on `executor` (null: the engine's next one), which opens in its first task
  /// there: subscribe before, that is, on the executor itself or before it runs. Any thread; does
  /// not block. kResourceExhausted, with the reason, when the engine takes no more sessions.
  virtual Result<std::shared_ptr<Session>> open_session(
      SessionOptions options = {}, std::shared_ptr<Executor> executor = nullptr) = 0;
  /// The executor whose turn it is to take a session: they go round, but for those that are later
  /// than `AdmissionOptions::max_lateness`, unless all are. Any thread.
  virtual std::shared_ptr<Executor> next_executor() = 0;
  /// Whether open_session() would take these options. Any thread.
  virtual Status check(const SessionOptions& options) const = 0;
  /// Whether the engine has room for one more session now: what open_session() would say of it.
  /// Counts as no refusal. Any thread; does not block.
  virtual Status check_room() const = 0;
  /// Whether a session would take this typed text. Any thread.
  virtual Status check_text(std::string_view text) const = 0;
  /// What sessions with these options send, in samples a second. Any thread.
  virtual int output_rate(const SessionOptions& options) const = 0;
};

/// Makes agents. Thread-safe. Agents and sessions keep what they need of it alive.
class VOICEAGENT_EXPORT Engine {
 public:
  /// Makes an engine; fails only when the system gives no threads.
  static Result<std::shared_ptr<Engine>> create(EngineOptions options = {});
  virtual ~Engine() = default;

  /// Loads the providers of an agent. May block for as long as models take to load; not to be
  /// called on an executor. The error names the provider, what is wrong and what to do.
  virtual Result<std::shared_ptr<Agent>> make_agent(AgentOptions options) = 0;
  /// What providers there are.
  virtual const Registry& registry() const = 0;
  /// How much there is to do. Any thread; does not block.
  virtual EngineLoad load() const = 0;
  /// How the pools of its providers are doing. Any thread; does not block.
  virtual std::vector<PoolStatus> pools() const = 0;
};

}  // namespace voiceagent
