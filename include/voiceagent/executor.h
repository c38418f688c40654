/// @file
/// Where code runs and what time it is: executors (one thread at a time, in order, with timers),
/// worker pools for blocking or heavy work, and their virtual-time twins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "voiceagent/export.h"
#include "voiceagent/function.h"
#include "voiceagent/status.h"
#include "voiceagent/time.h"

namespace voiceagent {

/// A piece of work; it must not throw. Captures of up to 64 bytes need no allocation.
using Task = UniqueFunction<void()>;

/// Names a timer of one executor; 0 is never given out.
using TimerId = std::uint64_t;

/// Runs tasks one at a time, in the order in which they were posted, and owns timers and a clock. A
/// session lives on one executor from birth to death.
class VOICEAGENT_EXPORT Executor {
 public:
  virtual ~Executor() = default;

  /// The time on this executor's clock. Any thread; does not block.
  virtual Time now() const = 0;

  /// The time of day: milliseconds since 1970 UTC. It may jump; never measure with it. Any thread.
  virtual std::int64_t wall_time_ms() const = 0;

  /// Runs `task` on the executor after all tasks posted before it. Any thread; does not block. The
  /// queue takes whatever comes, because a lost task would be a lost callback: each producer is
  /// bounded at its own source. After shut-down the task is destroyed without being run.
  virtual void post(Task task) = 0;

  /// Runs `task` once `delay` has passed (a negative one counts as 0); timers due at the same time
  /// run in the order of their making. Any thread; does not block. After shut-down the task is
  /// destroyed without being run, and 0 returned.
  virtual TimerId post_after(Duration delay, Task task) = 0;

  /// Takes a timer back. Returns false when it has run, is running, or was cancelled before. Called
  /// on the executor, true means that the task will never run. Any thread.
  virtual bool cancel(TimerId timer) = 0;

  /// Whether the calling thread is the one on which this executor is running a task now.
  virtual bool is_current() const = 0;
};

/// Runs jobs that block or compute for long, off the executors. A job posts its result back itself.
class VOICEAGENT_EXPORT WorkerPool {
 public:
  virtual ~WorkerPool() = default;

  /// Runs `job` on some worker thread. Any thread; does not block. kResourceExhausted when the
  /// pool's queue is full, kFailedPrecondition after shut-down; then the job is not run.
  virtual Status submit(Task job) = 0;

  /// How many jobs can run at once; at least 1.
  virtual std::size_t concurrency() const = 0;
};

/// An executor with a thread of its own in real time (std::chrono::steady_clock); null when the
/// system gives no thread. Its destructor runs what has been posted so far, drops timers that are
/// not due, and joins the thread. Called on that thread, by a task that was the last owner, it does
/// not wait: the thread does the same and ends by itself.
VOICEAGENT_EXPORT std::shared_ptr<Executor> make_thread_executor();

/// A pool of `threads` worker threads (0: one per core, 2 at least; fewer when the system gives no
/// more, null when it gives none) and a queue of at most `max_queued` jobs. Its destructor finishes
/// the running jobs, runs the queued ones and joins; called by a job, it does not wait for that
/// one.
VOICEAGENT_EXPORT std::shared_ptr<WorkerPool> make_worker_pool(std::size_t threads = 0,
                                                               std::size_t max_queued = 4096);

/// How a VirtualExecutor behaves.
struct VirtualTimeOptions {
  /// Decides the order of timers that are due at the same nanosecond: 0 keeps the order of their
  /// making, any other value shuffles them, the same way in every run.
  std::uint64_t seed = 0;
  /// How much virtual time a worker's job takes. 0: none, so CPU work never counts as silence.
  Duration job_cost{0};
  /// The time of day when the clock stands at zero, in milliseconds since 1970 UTC.
  std::int64_t wall_start_ms = 0;
};

/// An executor whose time jumps to the next timer instead of passing: conversations of minutes run
/// in milliseconds, and the same inputs give the same run, bit for bit. Time moves only inside the
/// run functions, which are called by one thread, and not by a task; tasks may be posted from any.
/// A task that posts itself again and again without a delay never lets a run function return. What
/// is left when the executor is destroyed is dropped.
class VOICEAGENT_EXPORT VirtualExecutor : public Executor {
 public:
  /// Makes one at time zero.
  static std::shared_ptr<VirtualExecutor> create(VirtualTimeOptions options = {});

  /// Runs everything due up to `end`, then sets the clock to it. REQUIRES: end >= now().
  virtual void run_until(Time end) = 0;

  /// Runs everything due within `span` from now.
  void run_for(Duration span) { run_until(now() + span); }

  /// Runs until nothing is posted and no timer is set, or until `limit` has passed from now.
  /// Returns whether nothing was left.
  virtual bool run_until_idle(Duration limit) = 0;

  /// Workers of this time line: a job runs on the executor's own thread at the time of its
  /// submission plus the job cost, in the order of submission; time does not pass while it runs. As
  /// in real time, is_current() is false inside a job. Once the executor is gone, submit() fails.
  virtual std::shared_ptr<WorkerPool> workers() = 0;
};

}  // namespace voiceagent
