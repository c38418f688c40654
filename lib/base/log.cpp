#include "voiceagent/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "base/text.h"
#include "base/utf8.h"

namespace voiceagent {

namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace: return spdlog::level::trace;
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarning: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
    case LogLevel::kOff: break;
  }
  return spdlog::level::off;
}

// A logger object of our own, outside spdlog's registry, which belongs to the host.
class StderrLogger final : public Logger {
 public:
  explicit StderrLogger(LogLevel level)
      : level_(level), logger_("voiceagent", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_level(to_spdlog(level));
    logger_.set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
  }

  void write(LogLevel level, std::string_view component, std::string_view message) override {
    if (!wants(level)) return;
    // One message is one line, whatever a provider or a peer has put into it.
    logger_.log(to_spdlog(level), "{}: {}", component, escape_control(sanitize_utf8(message)));
  }

  bool wants(LogLevel level) const override { return level >= level_ && level != LogLevel::kOff; }

 private:
  const LogLevel level_;
  spdlog::logger logger_;
};

class NullLogger final : public Logger {
 public:
  void write(LogLevel, std::string_view, std::string_view) override {}
  bool wants(LogLevel) const override { return false; }
};

}  // namespace

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace: return "trace";
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarning: return "warning";
    case LogLevel::kError: return "error";
    case LogLevel::kOff: break;
  }
  return "off";
}

Result<LogLevel> parse_log_level(std::string_view name) {
  for (LogLevel level : {LogLevel::kTrace, LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning,
                         LogLevel::kError, LogLevel::kOff}) {
    if (name == to_string(level)) return level;
  }
  if (name == "warn") return LogLevel::kWarning;
  return invalid_argument("log level '" + std::string(name) +
                          "' is not one of trace, debug, info, warning, error, off");
}

std::shared_ptr<Logger> make_stderr_logger(LogLevel level) {
  return std::make_shared<StderrLogger>(level);
}

std::shared_ptr<Logger> make_null_logger() { return std::make_shared<NullLogger>(); }

}  // namespace voiceagent
