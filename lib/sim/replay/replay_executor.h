// Runs a session's tasks and timers as a recording says, and what it says nothing of at its time.
// One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "sim/replay/recording.h"
#include "voiceagent/executor.h"

namespace voiceagent {

class ReplayExecutor final : public Executor {
 public:
  // `recording` must outlive it. All times here but now() are the recording's.
  explicit ReplayExecutor(const Recording& recording);

  // The time since the session was made.
  Duration time() const { return now_; }

  Time now() const override { return Time(begin_ + now_ - lag_); }
  std::int64_t wall_time_ms() const override;
  void post(Task task) override;
  TimerId post_after(Duration delay, Task task) override;
  bool cancel(TimerId timer) override;
  bool is_current() const override { return running_; }

  // Lets time pass, and runs what comes due by then without the recording's saying so.
  void advance(Duration time);
  // A recorded task or timer runs now; nothing happens when there is none such.
  void run_task(Duration posted);
  void run_timer(Duration due, std::uint64_t rank);
  // Runs `task` here, now.
  void run(Task task);
  // `call` calls a sink, as it did at `at`; what it posted is returned.
  std::vector<Task> arrive(Duration at, const std::function<void()>& call);
  // The recording is over: from now on advance() runs whatever comes due.
  void leave_recording();
  // Drops everything.
  void clear();

 private:
  struct Post {
    Duration at;
    Task task;
  };
  struct Timer {
    TimerId id = 0;
    Duration due{0};
    Task task;
  };

  void run_own_tasks();
  bool run_own_timer(Duration end);

  const Recording& recording_;
  std::map<Duration, int> tasks_left_;   // of the recording's
  std::map<Duration, int> timers_left_;  // of the recording's
  const Duration begin_;                 // on the recorded session's clock
  Duration now_{0};
  Duration lag_{0};
  std::deque<Post> posts_;
  std::vector<Timer> timers_;  // in the order of their making
  TimerId last_timer_ = 0;
  std::vector<Task>* arrivals_ = nullptr;  // where posts go while a sink is called
  bool running_ = false;
  mutable std::size_t wall_reads_ = 0;
};

}  // namespace voiceagent
