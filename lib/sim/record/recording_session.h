// A session whose calls are noted.
#pragma once

#include <memory>
#include <vector>

#include "sim/record/recording_executor.h"
#include "voiceagent/session.h"

namespace voiceagent {

// On the session's executor, as every session; but for its end, which may be anywhere.
class RecordingSession final : public Session {
 public:
  // `real` has not opened yet.
  RecordingSession(std::shared_ptr<Session> real, std::shared_ptr<RecordingExecutor> executor);
  ~RecordingSession() override;

  const std::string& id() const override { return real_->id(); }
  Executor& executor() const override { return *executor_->real(); }
  EventBus& events() override { return real_->events(); }

  Status push_audio(AudioView audio) override;
  Status push_text(std::string_view text) override;
  Status push_dtmf(std::string_view digits) override;
  void report_playback(std::int64_t position) override;
  Status say(std::string_view text, SayOptions options) override;
  void interrupt() override;
  void commit_turn() override;
  Status set_mode(Mode mode) override;
  void close(CloseReason reason) override;

  Mode mode() const override { return real_->mode(); }
  bool idle() const override { return real_->idle(); }
  bool closed() const override { return real_->closed(); }
  std::vector<ContextEntry> context() const override { return real_->context(); }
  int output_rate() const override { return real_->output_rate(); }

 private:
  // Notes the call `what` with `args(ByteWriter&)`, and makes it by `call()`.
  template <class Args, class Call>
  auto note(SessionCall what, Args args, Call call) {
    const RecordingScope* outer = RecordingScope::of(executor_->log());
    const Time now = outer != nullptr ? outer->now() : executor_->real()->now();
    ByteWriter bytes;
    args(bytes);
    executor_->log().call(now, outer != nullptr, what, bytes.bytes());
    const RecordingScope scope(executor_->log(), now);
    return call();
  }

  const std::shared_ptr<RecordingExecutor> executor_;
  std::shared_ptr<Session> real_;
};

}  // namespace voiceagent
