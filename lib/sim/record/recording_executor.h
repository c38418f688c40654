// The executor of a recorded session: the real one, with everything that the session does on it
// noted. The time stands still while the session works: all readings within one task or call give
// the same, so that a recording needs one time for each.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/record/recording_log.h"
#include "voiceagent/executor.h"

namespace voiceagent {

class RecordingExecutor final : public Executor,
                                public std::enable_shared_from_this<RecordingExecutor> {
 public:
  RecordingExecutor(std::shared_ptr<Executor> real, std::shared_ptr<RecordingLog> log)
      : real_(std::move(real)), log_(std::move(log)) {}

  // What the session doesn't see.
  const std::shared_ptr<Executor>& real() const { return real_; }
  RecordingLog& log() { return *log_; }
  const std::shared_ptr<RecordingLog>& shared_log() const { return log_; }

  // Until release(), what is posted waits. While the session is being made, on that thread.
  void hold() { holding_ = true; }
  void release();

  Time now() const override;
  std::int64_t wall_time_ms() const override;
  void post(Task task) override;
  TimerId post_after(Duration delay, Task task) override;
  bool cancel(TimerId timer) override;
  bool is_current() const override { return real_->is_current(); }

 private:
  struct Timer {
    TimerId id = 0;
    TimerId real = 0;
    Time due;
  };

  void run_timer(TimerId id, Task& task);

  const std::shared_ptr<Executor> real_;
  const std::shared_ptr<RecordingLog> log_;
  std::vector<Timer> timers_;  // pending, in the order of their making; on the executor
  TimerId last_timer_ = 0;
  bool holding_ = false;
  std::vector<Task> held_;
};

}  // namespace voiceagent
