#include <atomic>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/ring.h"
#include "base/timer_queue.h"
#include "voiceagent/executor.h"

namespace voiceagent {

namespace {

constexpr std::size_t kMaxQueuedJobs = 4096;  // as make_worker_pool() has it

// A bijection that looks like chance: distinct numbers stay distinct (SplitMix64's finalizer).
constexpr std::uint64_t scramble(std::uint64_t n) {
  n = (n ^ (n >> 30)) * 0xBF58476D1CE4E5B9U;
  n = (n ^ (n >> 27)) * 0x94D049BB133111EBU;
  return n ^ (n >> 31);
}

// What happens when; shared by the executor and its workers.
class TimeLine {
 public:
  // Something to run; empty when there is nothing.
  struct Next {
    Task task;
    bool is_job = false;
  };

  explicit TimeLine(VirtualTimeOptions options)
      : seed_(scramble(options.seed)), shuffle_(options.seed != 0), job_cost_(options.job_cost) {}

  Time now() const { return Time(Duration(now_.load(std::memory_order_acquire))); }
  void post(Task task);
  TimerId post_after(Duration delay, Task task);
  bool cancel(TimerId timer);
  Status submit(Task job);

  // Takes out what comes next, no later than `end`, and moves the clock to it.
  Next next(Time end);
  void move_to(Time time);
  bool idle();
  // Drops everything, now and from now on.
  void stop();

 private:
  struct Job {
    Time due;
    Task task;
  };

  const std::uint64_t seed_;
  const bool shuffle_;
  const Duration job_cost_;
  std::atomic<Duration::rep> now_{0};
  std::mutex mutex_;
  Ring<Task> posted_;
  Ring<Job> jobs_;  // by due time: each waits equally long
  TimerQueue timers_;
  std::uint64_t timers_made_ = 0;
  bool stopped_ = false;
};

void TimeLine::post(Task task) {
  const std::lock_guard lock(mutex_);
  if (!stopped_) posted_.push_back(std::move(task));
}

TimerId TimeLine::post_after(Duration delay, Task task) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return 0;
  const std::uint64_t made = ++timers_made_;
  const std::uint64_t rank = shuffle_ ? scramble(made ^ seed_) : made;
  return timers_.add(time_after(now(), delay), rank, std::move(task));
}

bool TimeLine::cancel(TimerId timer) {
  Task task;  // destroyed after the lock
  const std::lock_guard lock(mutex_);
  task = timers_.remove(timer);
  return static_cast<bool>(task);
}

Status TimeLine::submit(Task job) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return failed_precondition("the virtual executor of these workers is gone");
  if (jobs_.size() >= kMaxQueuedJobs) {
    return resource_exhausted(std::to_string(kMaxQueuedJobs) +
                              " jobs wait for virtual workers already: try again later");
  }
  jobs_.push_back({time_after(now(), job_cost_), std::move(job)});
  return {};
}

// At one instant: first what was posted, then jobs, then timers.
TimeLine::Next TimeLine::next(Time end) {
  const std::lock_guard lock(mutex_);
  if (!posted_.empty()) return {posted_.pop_front()};
  const Time job = jobs_.empty() ? Time::max() : jobs_.front().due;
  const Time timer = timers_.empty() ? Time::max() : timers_.next_due();
  if (!jobs_.empty() && job <= timer && job <= end) {
    move_to(job);
    return {jobs_.pop_front().task, true};
  }
  if (!timers_.empty() && timer <= end) {
    move_to(timer);
    return {timers_.pop()};
  }
  return {};
}

void TimeLine::move_to(Time time) {
  if (time > now()) now_.store(time.time_since_epoch().count(), std::memory_order_release);
}

bool TimeLine::idle() {
  const std::lock_guard lock(mutex_);
  return posted_.empty() && jobs_.empty() && timers_.empty();
}

void TimeLine::stop() {
  for (;;) {
    Task dropped;  // destroyed after the lock
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    if (!posted_.empty()) {
      dropped = posted_.pop_front();
    } else if (!jobs_.empty()) {
      dropped = jobs_.pop_front().task;
    } else if (!timers_.empty()) {
      dropped = timers_.pop();
    } else {
      return;
    }
  }
}

class VirtualWorkers final : public WorkerPool {
 public:
  explicit VirtualWorkers(std::shared_ptr<TimeLine> line) : line_(std::move(line)) {}
  Status submit(Task job) override { return line_->submit(std::move(job)); }
  std::size_t concurrency() const override { return 1; }

 private:
  const std::shared_ptr<TimeLine> line_;
};

class VirtualExecutorImpl final : public VirtualExecutor {
 public:
  explicit VirtualExecutorImpl(VirtualTimeOptions options)
      : wall_start_ms_(options.wall_start_ms),
        line_(std::make_shared<TimeLine>(options)),
        workers_(std::make_shared<VirtualWorkers>(line_)) {}
  ~VirtualExecutorImpl() override { line_->stop(); }
  VirtualExecutorImpl(const VirtualExecutorImpl&) = delete;
  VirtualExecutorImpl& operator=(const VirtualExecutorImpl&) = delete;

  Time now() const override { return line_->now(); }
  std::int64_t wall_time_ms() const override {
    return wall_start_ms_ + line_->now().time_since_epoch() / std::chrono::milliseconds(1);
  }
  void post(Task task) override { line_->post(std::move(task)); }
  TimerId post_after(Duration delay, Task task) override {
    return line_->post_after(delay, std::move(task));
  }
  bool cancel(TimerId timer) override { return line_->cancel(timer); }
  bool is_current() const override { return current_ == this; }
  std::shared_ptr<WorkerPool> workers() override { return workers_; }

  void run_until(Time end) override {
    run(end);
    line_->move_to(end);
  }

  bool run_until_idle(Duration limit) override {
    const Time end = time_after(now(), limit);
    run(end);
    if (line_->idle()) return true;
    line_->move_to(end);
    return false;
  }

 private:
  void run(Time end) {
    assert(current_ != this && "a task must not run its own executor");
    const VirtualExecutorImpl* outer = current_;
    for (TimeLine::Next next = line_->next(end); next.task; next = line_->next(end)) {
      // A job must find out that it is not on the executor, as it would in real time.
      current_ = next.is_job ? outer : this;
      next.task();
      next.task = nullptr;
    }
    current_ = outer;
  }

  static thread_local const VirtualExecutorImpl* current_;

  const std::int64_t wall_start_ms_;
  const std::shared_ptr<TimeLine> line_;
  const std::shared_ptr<VirtualWorkers> workers_;
};

thread_local const VirtualExecutorImpl* VirtualExecutorImpl::current_ = nullptr;

}  // namespace

std::shared_ptr<VirtualExecutor> VirtualExecutor::create(VirtualTimeOptions options) {
  return std::make_shared<VirtualExecutorImpl>(options);
}

}  // namespace voiceagent
