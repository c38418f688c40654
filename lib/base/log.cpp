#include "voiceagent/log.h"

#include <spdlog/fmt/fmt.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <chrono>

#include "base/redact.h"
#include "base/text.h"
#include "base/utf8.h"
#include "voiceagent/json.h"

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

// " session=..." and " request=...", as far as they are known.
std::string ids_of(const LogRecord& record) {
  std::string text;
  if (!record.session.empty()) text += " session=" + std::string(record.session);
  if (!record.request.empty()) text += " request=" + std::string(record.request);
  return text;
}

// One message is one line, whatever a provider or a peer has put into it.
std::string console_line(const LogRecord& record) {
  return std::string(record.component) + ": " +
         escape_control(sanitize_utf8(redact_secrets(record.message))) +
         escape_control(sanitize_utf8(ids_of(record)));
}

// 2026-01-31T23:59:59.999Z
std::string utc(std::chrono::system_clock::time_point time) {
  namespace chrono = std::chrono;
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss clock(chrono::floor<chrono::milliseconds>(time - day));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::string json_line(const LogRecord& record) {
  JsonWriter json;
  json.begin_object().field("time", std::string_view(utc(std::chrono::system_clock::now())));
  json.field("level", to_string(record.level)).field("component", record.component);
  json.field("message", std::string_view(redact_secrets(record.message)));
  if (!record.session.empty()) json.field("session", record.session);
  if (!record.request.empty()) json.field("request", record.request);
  return std::string(json.end_object().text());
}

// A logger object of our own, outside spdlog's registry, which belongs to the host.
class StderrLogger final : public Logger {
 public:
  StderrLogger(LogLevel level, LogFormat format)
      : level_(level),
        format_(format),
        logger_("voiceagent", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_level(to_spdlog(level));
    logger_.set_pattern(format == LogFormat::kJson ? "%v" : "%Y-%m-%d %H:%M:%S.%e %l %v");
  }

  void write(LogLevel level, std::string_view component, std::string_view message) override {
    log({level, component, message, {}, {}});
  }

  void log(const LogRecord& record) override {
    if (!wants(record.level)) return;
    const std::string line = format_ == LogFormat::kJson ? json_line(record) : console_line(record);
    logger_.log(to_spdlog(record.level), "{}", line);
  }

  bool wants(LogLevel level) const override { return level >= level_ && level != LogLevel::kOff; }

 private:
  const LogLevel level_;
  const LogFormat format_;
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

std::string_view to_string(LogFormat format) {
  return format == LogFormat::kJson ? "json" : "console";
}

void Logger::log(const LogRecord& record) {
  write(record.level, record.component, std::string(record.message) + ids_of(record));
}

std::shared_ptr<Logger> make_stderr_logger(LogLevel level, LogFormat format) {
  return std::make_shared<StderrLogger>(level, format);
}

std::shared_ptr<Logger> make_null_logger() { return std::make_shared<NullLogger>(); }

}  // namespace voiceagent
