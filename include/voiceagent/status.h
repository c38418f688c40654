/// @file
/// Errors as values: Status says whether something worked, Result carries the value if it did.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "voiceagent/export.h"

namespace voiceagent {

/// What went wrong, in the kinds a caller can act on. The numbers are stable: they cross the C API
/// (as negative codes) and the wire.
enum class ErrorCode : int {
  kOk = 0,                  ///< No error.
  kInvalidArgument = 1,     ///< The caller's input is wrong; trying again does not help.
  kNotFound = 2,            ///< A file, provider, voice or session of that name does not exist.
  kUnsupported = 3,         ///< Understood, but this build or this provider cannot do it.
  kFailedPrecondition = 4,  ///< Not in this state, for example after close.
  kResourceExhausted = 5,   ///< A bounded queue or pool is full; try again later.
  kUnavailable = 6,         ///< A provider or service cannot be reached now; try again.
  kTimeout = 7,             ///< A deadline passed.
  kCancelled = 8,           ///< Stopped at the caller's own wish.
  kAuth = 9,                ///< A key or token was refused.
  kRateLimited = 10,        ///< Too many requests; try again after a pause.
  kQuota = 11,              ///< The account's quota is used up.
  kProtocol = 12,           ///< The other side sent something that its protocol does not allow.
  kIo = 13,                 ///< A file or device could not be read or written.
  kInternal = 14,           ///< A defect in this library or in a provider.
};

/// The stable lower-case name of a code, such as "not_found". Never fails; static storage.
VOICEAGENT_EXPORT std::string_view to_string(ErrorCode code);

/// Whether a later try of the same thing may work (exhausted, unavailable, timeout, rate limited).
VOICEAGENT_EXPORT bool is_retryable(ErrorCode code);

/// Success, or an error code with a message that says what, where and what to do. A plain value:
/// copy it, move it, use it from any thread.
class [[nodiscard]] Status {
 public:
  /// Success.
  Status() = default;
  /// An error. `message` is UTF-8, one line, for people. With kOk the message is ignored.
  Status(ErrorCode code, std::string message)
      : code_(code), message_(code == ErrorCode::kOk ? std::string() : std::move(message)) {}

  /// True on success.
  bool ok() const { return code_ == ErrorCode::kOk; }
  /// The kind of error; kOk on success.
  ErrorCode code() const { return code_; }
  /// The message; empty on success. Valid as long as this object.
  const std::string& message() const { return message_; }
  /// "code: message" for logs, or "ok".
  VOICEAGENT_EXPORT std::string to_string() const;
  /// The same error with `where` and ": " put before its message; success stays success.
  VOICEAGENT_EXPORT Status within(std::string_view where) const;

  /// Success, said aloud.
  static Status success() { return {}; }

 private:
  ErrorCode code_ = ErrorCode::kOk;
  std::string message_;
};

/// @name Shorthands
/// Make an error of one kind with a message.
/// @{
inline Status invalid_argument(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}
inline Status not_found(std::string message) { return {ErrorCode::kNotFound, std::move(message)}; }
inline Status unsupported(std::string message) {
  return {ErrorCode::kUnsupported, std::move(message)};
}
inline Status failed_precondition(std::string message) {
  return {ErrorCode::kFailedPrecondition, std::move(message)};
}
inline Status resource_exhausted(std::string message) {
  return {ErrorCode::kResourceExhausted, std::move(message)};
}
inline Status unavailable(std::string message) {
  return {ErrorCode::kUnavailable, std::move(message)};
}
inline Status io_error(std::string message) { return {ErrorCode::kIo, std::move(message)}; }
inline Status internal_error(std::string message) {
  return {ErrorCode::kInternal, std::move(message)};
}
/// @}

/// A T, or the Status that says why there is none.
template <class T>
class [[nodiscard]] Result {
 public:
  /// Holds a value.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit
  /// Holds an error; `status` must not be ok (an ok one is turned into kInternal).
  Result(Status status)  // NOLINT: implicit
      : state_(std::in_place_index<1>,
               status.ok() ? internal_error("result without a value") : std::move(status)) {}

  /// True when there is a value.
  bool ok() const { return state_.index() == 0; }
  /// The error, or success when there is a value.
  Status status() const { return ok() ? Status() : std::get<1>(state_); }
  /// The value. REQUIRES: ok().
  T& value() & { return std::get<0>(state_); }
  /// The value. REQUIRES: ok().
  const T& value() const& { return std::get<0>(state_); }
  /// The value, moved out. REQUIRES: ok().
  T&& value() && { return std::get<0>(std::move(state_)); }
  /// The value. REQUIRES: ok().
  T& operator*() & { return value(); }
  /// The value. REQUIRES: ok().
  const T& operator*() const& { return value(); }
  /// The value, moved out. REQUIRES: ok().
  T&& operator*() && { return std::move(*this).value(); }
  /// Access to the value. REQUIRES: ok().
  T* operator->() { return &value(); }
  /// Access to the value. REQUIRES: ok().
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Status> state_;
};

}  // namespace voiceagent
