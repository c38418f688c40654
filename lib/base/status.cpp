#include "voiceagent/status.h"

namespace voiceagent {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kOk: return "ok";
    case ErrorCode::kInvalidArgument: return "invalid_argument";
    case ErrorCode::kNotFound: return "not_found";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kFailedPrecondition: return "failed_precondition";
    case ErrorCode::kResourceExhausted: return "resource_exhausted";
    case ErrorCode::kUnavailable: return "unavailable";
    case ErrorCode::kTimeout: return "timeout";
    case ErrorCode::kCancelled: return "cancelled";
    case ErrorCode::kAuth: return "auth";
    case ErrorCode::kRateLimited: return "rate_limited";
    case ErrorCode::kQuota: return "quota";
    case ErrorCode::kProtocol: return "protocol";
    case ErrorCode::kIo: return "io";
    case ErrorCode::kInternal: return "internal";
  }
  return "unknown";  // a number from a newer plugin or peer
}

bool is_retryable(ErrorCode code) {
  return code == ErrorCode::kResourceExhausted || code == ErrorCode::kUnavailable ||
         code == ErrorCode::kTimeout || code == ErrorCode::kRateLimited;
}

std::string Status::to_string() const {
  std::string text(voiceagent::to_string(code_));
  if (!message_.empty()) text.append(": ").append(message_);
  return text;
}

Status Status::within(std::string_view where) const {
  if (ok()) return {};
  std::string message(where);
  message.append(": ").append(message_);
  return {code_, std::move(message)};
}

}  // namespace voiceagent
