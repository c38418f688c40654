/// @file
/// Tools: what an agent can do besides talking. The model asks for one by name, the engine runs it
/// and hands the result back to the model. docs/guide/tools.md shows how. The C form of it is
/// va_tool_vtable in provider_abi.h.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "voiceagent/executor.h"
#include "voiceagent/export.h"
#include "voiceagent/json.h"
#include "voiceagent/status.h"
#include "voiceagent/time.h"

namespace voiceagent {

/// How a call of a tool is doing. Each call ends in exactly one state other than kRunning.
enum class ToolState {
  kRunning,    ///< It has no result yet.
  kDone,       ///< The handler gave a result.
  kFailed,     ///< The handler gave an error, threw, or dropped the call.
  kCancelled,  ///< The reply was interrupted, or the session closed, before there was a result.
  kTimedOut,   ///< The deadline passed. What the handler does may still take effect.
  kRejected,   ///< It was not run: no such tool, wrong arguments, a duplicate, one call too many.
};

/// "running", "done", "failed", "cancelled", "timed_out" or "rejected".
VOICEAGENT_EXPORT std::string_view to_string(ToolState state);

/// What becomes of a call that still runs when its reply is interrupted.
enum class ToolInterruption {
  kCancel,          ///< It is cancelled, and the handler told so.
  kFinishSilently,  ///< It goes on; the result is in the context when the model is asked next.
  kFinishAndTell,   ///< The same, and the agent speaks of the result as soon as nobody else does.
};

/// "cancel", "finish_silently" or "finish_and_tell".
VOICEAGENT_EXPORT std::string_view to_string(ToolInterruption interruption);

/// What becomes of a call with the same arguments as one whose handler still works. With the first
/// two it gets the result of one whose handler has succeeded after its deadline, for 60 s.
enum class ToolDuplicates {
  kJoin,    ///< It waits for the result of the running one, as long as its own deadline allows.
  kReject,  ///< It is rejected; the model is told that the same call runs.
  kAllow,   ///< It runs as well.
};

/// "join", "reject" or "allow".
VOICEAGENT_EXPORT std::string_view to_string(ToolDuplicates duplicates);

/// What follows when a call is done.
enum class ToolEffect {
  kNone,        ///< The model is asked to go on, with the result.
  kEndCall,     ///< The session closes (CloseReason::kAgent) once the reply has been heard.
  kTransfer,    ///< TransferRequested is published once the reply has been heard.
  kChangeMode,  ///< The mode changes at once; the model is asked to go on.
};

/// "none", "end_call", "transfer" or "change_mode".
VOICEAGENT_EXPORT std::string_view to_string(ToolEffect effect);

/// What a handler may let the user know while it works.
enum class ToolProgress {
  kShown,   ///< An event only: for a display.
  kSpoken,  ///< The agent says it, if it speaks and nobody else does, nor has interrupted.
};

/// "shown" or "spoken".
VOICEAGENT_EXPORT std::string_view to_string(ToolProgress progress);

/// A call, as the handler sees it. Valid as long as somebody holds it, also when the session has
/// ended. All methods: any thread, don't block.
class VOICEAGENT_EXPORT ToolContext {
 public:
  virtual ~ToolContext() = default;
  /// Names the call within its session; constant.
  virtual const std::string& call_id() const = 0;
  /// Names the session; constant.
  virtual const std::string& session_id() const = 0;
  /// Counts the calls of a session from 1; constant.
  virtual std::uint64_t number() const = 0;
  /// An object that satisfies the tool's parameters; constant.
  virtual const Json& arguments() const = 0;
  /// Whether nobody wants a result any more: the call was cancelled, or its deadline has passed.
  virtual bool cancelled() const = 0;
  /// Tells how it is going: UTF-8, cut at 1,000 bytes. Dropped when 16 reports of the call have not
  /// been dealt with yet.
  virtual void progress(std::string_view text, ToolProgress how = ToolProgress::kShown) = 0;
};

/// A call that waits for its answer. When the last pointer to it goes and there was no answer, the
/// call has failed.
class VOICEAGENT_EXPORT ToolReply : public ToolContext {
 public:
  /// The result: text for the model, best JSON; or an error, whose message the model gets. Counts
  /// once: what comes later is ignored, with a warning in the log. Any thread; does not block.
  virtual void answer(Result<std::string> result) = 0;
  /// Runs work that blocks or computes on one of the threads for tools
  /// (EngineOptions::tool_workers). What it throws makes the call fail. kResourceExhausted when too
  /// much waits there: the work is dropped. Any thread; does not block.
  virtual Status run(Task work) = 0;
};

/// Works on a call: begins it, keeps `reply`, and answers it at once or later, from any thread.
/// Runs on the session's executor and must not block. May be called for several sessions at once.
/// What it throws makes the call fail.
using ToolHandler = std::function<void(std::shared_ptr<ToolReply> reply)>;

/// A handler from a function that may block: it runs on a thread for tools, and what it returns is
/// the answer. It should look at ToolContext::cancelled() now and then. Must be callable from
/// several threads at once. What it throws makes the call fail.
VOICEAGENT_EXPORT ToolHandler
blocking_tool(std::function<Result<std::string>(ToolContext& call)> function);

/// A tool. A plain value.
struct Tool {
  std::string name;         ///< 1 to 64 of the characters A-Z, a-z, 0-9, _ and -.
  std::string description;  ///< For the model: what it does, and when to use it.
  /// JSON Schema of the arguments, an object: the subset of draft 4 in docs/guide/tools.md. Empty:
  /// there are none.
  std::string parameters;
  ToolHandler handler;                ///< May be empty where `effect` says it all.
  Duration deadline{10'000'000'000};  ///< Without a result by then the call has timed out.
  ToolInterruption interruption = ToolInterruption::kFinishSilently;  ///< When interrupted.
  ToolDuplicates duplicates = ToolDuplicates::kJoin;                  ///< When called twice.
  std::string filler;  ///< Said when it takes long, "One moment."; empty: nothing.
  Duration filler_delay{1'000'000'000};  ///< So long, if nothing else is being said then.
  bool interruptible = true;  ///< False: the user isn't listened to as an interruption meanwhile.
  ToolEffect effect = ToolEffect::kNone;  ///< What follows when it is done.
  /// With kTransfer: where to; with kChangeMode: the mode's name. Empty: the argument "target", or
  /// "mode", says so.
  std::string effect_value;
};

}  // namespace voiceagent
