// What an executor with a thread of its own has to do: the tasks posted to it and its timers, under
// one lock. How its thread sleeps and is woken is the executor's own.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "base/timer_queue.h"
#include "voiceagent/executor.h"
#include "voiceagent/time.h"

namespace voiceagent {

// The time on the clock of such executors.
Time steady_now();

// The time of day, as Executor::wall_time_ms() says it.
std::int64_t wall_now_ms();

class TaskQueue {
 public:
  // Any thread. What they return says whether the thread sleeps and must now be woken, which is
  // said once for each sleep. A task that comes after stop() stays with the caller.
  struct Timer {
    TimerId id = 0;
    bool wake = false;
  };
  bool post(Task&& task);
  Timer post_after(Duration delay, Task&& task);
  bool stop();

  // Any thread.
  bool cancel(TimerId timer);
  // How many tasks wait for their turn.
  std::size_t waiting() const;

  // On the thread: runs what had been posted before, then the timers that are due. False when
  // stop() was called before: that was the last time.
  bool run();
  // On the thread: until when it may sleep; Time() when there is something to do at once. From then
  // on until the next run(), whoever adds something sooner is told to wake it.
  Time rest();
  // On the thread, at the end.
  void drop_timers();

 private:
  void run_due_timers();

  mutable std::mutex mutex_;
  std::vector<Task> posted_;
  std::vector<Task> batch_;  // the thread's
  std::atomic<std::size_t> batch_left_ = 0;
  TimerQueue timers_;
  std::uint64_t timers_made_ = 0;
  bool sleeping_ = false;
  bool stopping_ = false;
};

}  // namespace voiceagent
