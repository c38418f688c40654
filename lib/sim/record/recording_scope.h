// What the present thread is doing for a recorded session: a task or call of the session, or a
// provider's call of a sink. Scopes are on the stack, the innermost first.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "voiceagent/time.h"

namespace voiceagent {

class RecordingLog;

// A provider's call, kept until the session deals with it.
struct RecordedSinkCall {
  std::string bytes;         // what record.h says of it
  Time at;                   // when it was made
  std::uint64_t number = 0;  // in the order of arrival; 0: not yet
};

class RecordingScope {
 public:
  // The session works; all readings of the clock inside say `now`.
  RecordingScope(const RecordingLog& log, Time now) : log_(&log), now_(now), outer_(top_) {
    top_ = this;
  }
  // A sink is called.
  RecordingScope(const RecordingLog& log, std::shared_ptr<RecordedSinkCall> call)
      : log_(&log), now_(call->at), call_(std::move(call)), outer_(top_) {
    top_ = this;
  }
  ~RecordingScope() { top_ = outer_; }
  RecordingScope(const RecordingScope&) = delete;
  RecordingScope& operator=(const RecordingScope&) = delete;

  // The innermost of that recording on this thread, or null.
  static const RecordingScope* of(const RecordingLog& log) {
    const RecordingScope* scope = top_;
    while (scope != nullptr && scope->log_ != &log) scope = scope->outer_;
    return scope;
  }

  Time now() const { return now_; }
  // Null for work of the session's.
  const std::shared_ptr<RecordedSinkCall>& call() const { return call_; }

 private:
  static thread_local const RecordingScope* top_;

  const RecordingLog* log_;
  const Time now_;
  const std::shared_ptr<RecordedSinkCall> call_;
  const RecordingScope* const outer_;
};

}  // namespace voiceagent
