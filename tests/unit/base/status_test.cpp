#include "voiceagent/status.h"

#include <memory>
#include <set>
#include <string>

#include "support/catch.h"

using namespace voiceagent;

namespace {

constexpr int kCodes = static_cast<int>(ErrorCode::kInternal) + 1;

}  // namespace

TEST_CASE("every error code has a name of its own") {
  std::set<std::string_view> names;
  for (int code = 0; code < kCodes; ++code) names.insert(to_string(static_cast<ErrorCode>(code)));
  CHECK(names.size() == static_cast<std::size_t>(kCodes));
  CHECK(names.count("unknown") == 0);
  CHECK(to_string(ErrorCode::kNotFound) == "not_found");
}

TEST_CASE("a code from a newer peer is called unknown") {
  CHECK(to_string(static_cast<ErrorCode>(kCodes + 1000)) == "unknown");
}

TEST_CASE("only what may pass is retryable") {
  std::set<std::string_view> retryable;
  for (int code = 0; code < kCodes; ++code) {
    if (is_retryable(static_cast<ErrorCode>(code))) {
      retryable.insert(to_string(static_cast<ErrorCode>(code)));
    }
  }
  CHECK(retryable ==
        std::set<std::string_view>{"rate_limited", "resource_exhausted", "timeout", "unavailable"});
}

TEST_CASE("success has no message, even if one is given") {
  const Status status(ErrorCode::kOk, "all is well");
  CHECK(status.ok());
  CHECK(status.message().empty());
  CHECK(status.to_string() == "ok");
  CHECK(Status::success().ok());
}

TEST_CASE("an error reads as code and message") {
  CHECK(not_found("no voice 'rms'").to_string() == "not_found: no voice 'rms'");
  CHECK(Status(ErrorCode::kTimeout, "").to_string() == "timeout");
}

TEST_CASE("within() says where, and keeps the code") {
  const Status status = io_error("cannot read it").within("agent.toml").within("config");
  CHECK(status.code() == ErrorCode::kIo);
  CHECK(status.message() == "config: agent.toml: cannot read it");
  CHECK(Status().within("config").ok());
}

TEST_CASE("a result holds a value or says why not") {
  const Result<int> good(7);
  CHECK(good.ok());
  CHECK(good.status().ok());
  CHECK(*good == 7);
  const Result<int> bad(unsupported("no such thing"));
  CHECK_FALSE(bad.ok());
  CHECK(bad.status().code() == ErrorCode::kUnsupported);
}

TEST_CASE("a result made of success without a value is an internal error") {
  const Result<int> result{Status()};
  CHECK_FALSE(result.ok());
  CHECK(result.status().code() == ErrorCode::kInternal);
}

TEST_CASE("a result gives up a move-only value") {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(3));
  CHECK(**result == 3);
  const std::unique_ptr<int> taken = *std::move(result);
  CHECK(*taken == 3);
}
