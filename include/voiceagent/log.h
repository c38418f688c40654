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

/// Takes log lines. Implementations must be callable from any thread and must not block for long.
class VOICEAGENT_EXPORT Logger {
 public:
  virtual ~Logger() = default;
  /// Takes one message; `component` names the part that speaks ("session", "stt.pocketsphinx").
  /// Both views are valid during the call only.
  virtual void write(LogLevel level, std::string_view component, std::string_view message) = 0;
  /// Whether messages of that level are wanted; callers ask before they format.
  virtual bool wants(LogLevel level) const = 0;
};

/// Lines on standard error, with time and level. Lives apart from the host's own logging set-up.
VOICEAGENT_EXPORT std::shared_ptr<Logger> make_stderr_logger(LogLevel level);
/// Takes everything and keeps nothing.
VOICEAGENT_EXPORT std::shared_ptr<Logger> make_null_logger();

}  // namespace voiceagent
