#include "voiceagent/log.h"

#include <cstdio>
#include <string>

#include "support/catch.h"
#include "voiceagent/json.h"

#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#define HAVE_UNISTD 1
#endif

using namespace voiceagent;

TEST_CASE("log levels are known by name") {
  for (LogLevel level : {LogLevel::kTrace, LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning,
                         LogLevel::kError, LogLevel::kOff}) {
    const Result<LogLevel> parsed = parse_log_level(to_string(level));
    REQUIRE(parsed.ok());
    CHECK(*parsed == level);
  }
  CHECK(*parse_log_level("warn") == LogLevel::kWarning);
}

TEST_CASE("an unknown level is refused with those that exist") {
  const Result<LogLevel> parsed = parse_log_level("loud");
  REQUIRE_FALSE(parsed.ok());
  CHECK(parsed.status().code() == ErrorCode::kInvalidArgument);
  CHECK(parsed.status().message() ==
        "log level 'loud' is not one of trace, debug, info, warning, error, off");
}

TEST_CASE("a logger wants its level and what is worse") {
  const auto logger = make_stderr_logger(LogLevel::kWarning);
  CHECK_FALSE(logger->wants(LogLevel::kInfo));
  CHECK(logger->wants(LogLevel::kWarning));
  CHECK(logger->wants(LogLevel::kError));
  CHECK_FALSE(logger->wants(LogLevel::kOff));
  CHECK_FALSE(make_stderr_logger(LogLevel::kOff)->wants(LogLevel::kError));
  CHECK_FALSE(make_null_logger()->wants(LogLevel::kError));
}

TEST_CASE("a host's logger that knows no ids gets them as text") {
  class Lines final : public Logger {
   public:
    void write(LogLevel, std::string_view component, std::string_view message) override {
      text += std::string(component) + "|" + std::string(message);
    }
    bool wants(LogLevel) const override { return true; }
    std::string text;
  } lines;
  static_cast<Logger&>(lines).log({LogLevel::kInfo, "http", "done", "s1", "r1"});
  CHECK(lines.text == "http|done session=s1 request=r1");
}

#if defined(HAVE_UNISTD)
namespace {

// What `speak` writes to standard error.
template <class Speak>
std::string standard_error_of(Speak speak) {
  std::FILE* file = std::tmpfile();
  REQUIRE(file != nullptr);
  std::fflush(stderr);
  const int kept = dup(STDERR_FILENO);
  dup2(fileno(file), STDERR_FILENO);
  speak();
  std::fflush(stderr);
  dup2(kept, STDERR_FILENO);
  close(kept);
  std::string text;
  std::rewind(file);
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

// A line without its 24 characters of date and time, which are checked for their form.
std::string without_time(const std::string& line) {
  std::string form = line.substr(0, 24);
  for (char& c : form) c = c >= '0' && c <= '9' ? '0' : c;
  CHECK(form == "0000-00-00 00:00:00.000 ");
  return line.substr(24);
}

}  // namespace

TEST_CASE("a log line has time, level, component and message") {
  const auto logger = make_stderr_logger(LogLevel::kInfo);
  const std::string text = standard_error_of([&] {
    logger->write(LogLevel::kDebug, "session", "not wanted");
    logger->write(LogLevel::kWarning, "stt.pocketsphinx", "slow: {} %d");
  });
  CHECK(without_time(text) == "warning stt.pocketsphinx: slow: {} %d\n");
}

TEST_CASE("a message is one line of clean text whatever is in it") {
  const auto logger = make_stderr_logger(LogLevel::kInfo);
  const std::string text = standard_error_of(
      [&] { logger->write(LogLevel::kError, "llm", "first\nsecond\x1b[31m\xFF"); });
  CHECK(without_time(text) == "error llm: first\\nsecond\\x1b[31m\xEF\xBF\xBD\n");
}

TEST_CASE("a log line says which session and request it is about") {
  const auto logger = make_stderr_logger(LogLevel::kInfo);
  const std::string text = standard_error_of([&] {
    logger->log({LogLevel::kInfo, "http", "done", "s1", "r1"});
    logger->log({LogLevel::kDebug, "http", "not wanted", "s1", "r1"});
  });
  CHECK(without_time(text) == "info http: done session=s1 request=r1\n");
}

TEST_CASE("a log line as JSON has its parts as fields") {
  const auto logger = make_stderr_logger(LogLevel::kInfo, LogFormat::kJson);
  const std::string text = standard_error_of([&] {
    logger->log({LogLevel::kError, "llm", "first\nsecond \"x\"", "s1", "r1"});
    logger->write(LogLevel::kInfo, "http", "done");
  });
  const std::size_t end = text.find('\n');
  const Result<Json> first = Json::parse(text.substr(0, end));
  REQUIRE(first.ok());
  std::string form((*first)["time"].string());
  for (char& c : form) c = c >= '0' && c <= '9' ? '0' : c;
  CHECK(form == "0000-00-00T00:00:00.000Z");
  CHECK((*first)["level"].string() == "error");
  CHECK((*first)["component"].string() == "llm");
  CHECK((*first)["message"].string() == "first\nsecond \"x\"");
  CHECK((*first)["session"].string() == "s1");
  CHECK((*first)["request"].string() == "r1");
  const Result<Json> second = Json::parse(text.substr(end + 1));
  REQUIRE(second.ok());
  CHECK_FALSE(second->has("session"));
  CHECK_FALSE(second->has("request"));
}

TEST_CASE("no logger writes secrets") {
  for (const LogFormat format : {LogFormat::kConsole, LogFormat::kJson}) {
    const auto logger = make_stderr_logger(LogLevel::kInfo, format);
    const std::string text = standard_error_of([&] {
      logger->write(LogLevel::kInfo, "http", "Authorization: Bearer abc123\nand api_key=abc123");
    });
    CHECK(text.find("abc123") == std::string::npos);
    CHECK(text.find("and api_key=[redacted]") != std::string::npos);
  }
}

TEST_CASE("the null logger writes nothing") {
  CHECK(standard_error_of([] {
          make_null_logger()->write(LogLevel::kError, "session", "lost");
        }).empty());
}
#endif
