/// @file
/// What all provider interfaces share: what a stream gets from the engine, and how it says that
/// something went wrong.
///
/// Contract of every stream, checked by the conformance suites:
///  - The engine makes one stream at a time per use and calls its methods on the session's
///    executor; they must not block. What blocks or computes goes to StreamContext::workers.
///  - A sink may be called from any thread, also before start() has returned; it never blocks.
///    Everything passed to a sink is copied by it. Text is UTF-8: what isn't is replaced by U+FFFD.
///  - After `cancel()` callbacks may still come; the engine drops them.
///  - `closed()` is called exactly once and last: after finish() when all was delivered, after
///    cancel(), or after error(). Nothing touches the sink afterwards, and only then is the stream
///    destroyed.
///  - A start that fails makes no callback at all.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/executor.h"
#include "voiceagent/log.h"
#include "voiceagent/options.h"
#include "voiceagent/pool.h"
#include "voiceagent/status.h"

namespace voiceagent {

/// The kinds of provider.
enum class ProviderKind { kStt, kLlm, kTts, kVad };

/// "stt", "llm", "tts" or "vad".
VOICEAGENT_EXPORT std::string_view to_string(ProviderKind kind);

namespace event {
struct ProviderFailover;
struct BreakerChanged;
struct StageDelayed;
struct ReplyHedged;
}  // namespace event

/// Is told how the providers behind a stream fare, by what tries one after the other. Called on the
/// stream's executor.
class StreamObserver {
 public:
  /// A provider failed, and another try is made.
  virtual void failed_over(const event::ProviderFailover& failover) = 0;
  /// A provider is left alone from now on, or no longer.
  virtual void breaker_changed(const event::BreakerChanged& change) = 0;
  /// What is waited for takes long.
  virtual void delayed(const event::StageDelayed& delay) = 0;
  /// A reply was asked for a second time.
  virtual void hedged(const event::ReplyHedged& hedge) = 0;

 protected:
  ~StreamObserver() = default;
};

/// What a stream may use; the pointers live at least until the stream has called closed().
struct StreamContext {
  Executor* executor = nullptr;        ///< The session's: for timers; its tasks must be short.
  WorkerPool* workers = nullptr;       ///< For work that blocks or computes.
  Logger* logger = nullptr;            ///< For what people should read.
  StreamObserver* observer = nullptr;  ///< For what tries several providers; may be null.
};

/// What a factory gets to make a provider that serves many sessions at once.
struct ProviderContext {
  std::shared_ptr<WorkerPool> workers;   ///< For warming up, and for pools to tidy up.
  std::shared_ptr<Logger> logger;        ///< For what people should read; never null.
  std::shared_ptr<PoolBoard> pools{};    ///< Where a pool of its is put up; may be null.
  std::shared_ptr<Executor> executor{};  ///< For the clock and timers of pools; may be null.
};

/// What a provider may use to get ready for a session. It lasts as long as the provider keeps it.
struct WarmUp {
  std::shared_ptr<Executor> executor;   ///< The session's: for timers; its tasks must be short.
  std::shared_ptr<WorkerPool> workers;  ///< For work that blocks or computes.
  std::shared_ptr<Logger> logger;       ///< For what people should read; never null.
};

/// The end of a stream that failed; `closed()` follows it.
struct ProviderError {
  ErrorCode code = ErrorCode::kInternal;  ///< What kind of failure.
  std::string_view message;               ///< What, where, what to do.
};

}  // namespace voiceagent
