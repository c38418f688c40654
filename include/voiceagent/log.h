/// @file
/// Logging: what the library says goes to one Logger, which the host may bring itself.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "voiceagent/export.h"
#include "voiceagent/status.h"

namespace voiceagent {

/// How much a message matters.
enum class LogLevel { kTrace, kDebug, kInfo, kWarning, kError, kOff };

/// The lower-case name of a level.
VOICEAGENT_EXPORT std::string_view to_string(LogLevel level);
/// The level of that name ("warn" counts as "warning"), or kInvalidArgument.
VOICEAGENT_EXPORT Result<LogLevel> parse_log_level(std::string_view name);

/// How log lines are written.
enum class LogFormat {
  kConsole,  ///< For people: time, level, component, message.
  kJson,  ///< One JSON object a line: `time` (UTC), `level`, `component`, `message`, and where they
          ///< are known `session` and `request`.
};

/// "console" or "json".
VOICEAGENT_EXPORT std::string_view to_string(LogFormat format);

/// One message and where it belongs. All views are valid during the call only.
struct LogRecord {
  LogLevel level = LogLevel::kInfo;  ///< How much it matters.
  std::string_view component;        ///< The part that speaks ("session", "stt.pocketsphinx").
  std::string_view message;          ///< What it says.
  std::string_view session;          ///< Id of the session that it is about, or empty.
  std::string_view request;          ///< Id of the HTTP request that it is about, or empty.
};

/// Takes log lines. Implementations must be callable from any thread and must not block for long.
class VOICEAGENT_EXPORT Logger {
 public:
  virtual ~Logger() = default;
  /// Takes one message; `component` names the part that speaks ("session", "stt.pocketsphinx").
  /// Both views are valid during the call only.
  virtual void write(LogLevel level, std::string_view component, std::string_view message) = 0;
  /// The same, knowing where it belongs. Unless overridden the ids follow the message as text.
  virtual void log(const LogRecord& record);
  /// Whether messages of that level are wanted; callers ask before they format.
  virtual bool wants(LogLevel level) const = 0;
};

/// Lines on standard error. What looks like a secret (bearer tokens, keys, passwords) is taken out
/// of them. Lives apart from the host's own logging set-up.
VOICEAGENT_EXPORT std::shared_ptr<Logger> make_stderr_logger(
    LogLevel level, LogFormat format = LogFormat::kConsole);
/// Takes everything and keeps nothing.
VOICEAGENT_EXPORT std::shared_ptr<Logger> make_null_logger();

}  // namespace voiceagent
