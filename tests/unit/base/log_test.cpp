#include "voiceagent/log.h"

#include <cstdio>
#include <string>

#include "support/catch.h"

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

TEST_CASE("the null logger writes nothing") {
  CHECK(standard_error_of([] {
          make_null_logger()->write(LogLevel::kError, "session", "lost");
        }).empty());
}
#endif
