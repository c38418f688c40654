#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/thread_util.h"
#include "base/timer_queue.h"
#include "voiceagent/executor.h"

namespace voiceagent {

namespace {

// A burst may make the queue long; more room than this is given back afterwards.
constexpr std::size_t kKeptTasks = 4096;

Time steady_now() {
  return Time(
      std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

// What the executor and its thread share; the thread may outlive the executor.
class Loop : public std::enable_shared_from_this<Loop> {
 public:
  void post(Task task);
  TimerId post_after(Duration delay, Task task);
  bool cancel(TimerId timer);
  void stop();
  // The thread's life.
  void run();
  bool is_current() const { return current_ == this; }

 private:
  bool wait(std::vector<Task>& batch);
  void run_due_timers();
  void drop_timers();
  void wake(std::unique_lock<std::mutex> lock);

  static thread_local const Loop* current_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Task> posted_;
  TimerQueue timers_;
  std::uint64_t timers_made_ = 0;
  bool waiting_ = false;
  bool stopping_ = false;
};

thread_local const Loop* Loop::current_ = nullptr;

// Unlocking first spares the woken thread a wait for the lock. It may run the new task at once; and
// should that own the executor, the end of both must wait for us.
void Loop::wake(std::unique_lock<std::mutex> lock) {
  if (!std::exchange(waiting_, false)) return;
  const auto self = shared_from_this();
  lock.unlock();
  wake_.notify_one();
}

void Loop::post(Task task) {
  std::unique_lock lock(mutex_);
  if (stopping_) return;
  posted_.push_back(std::move(task));
  wake(std::move(lock));
}

TimerId Loop::post_after(Duration delay, Task task) {
  const Time due = time_after(steady_now(), delay);
  std::unique_lock lock(mutex_);
  if (stopping_) return 0;
  const bool first = timers_.empty() || due < timers_.next_due();
  const TimerId timer = timers_.add(due, ++timers_made_, std::move(task));
  if (first) wake(std::move(lock));
  return timer;
}

bool Loop::cancel(TimerId timer) {
  Task task;  // destroyed after the lock
  const std::lock_guard lock(mutex_);
  task = timers_.remove(timer);
  return static_cast<bool>(task);
}

void Loop::stop() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  wake(std::move(lock));
}

// Sleeps until there is something to do, and takes what was posted. False: for the last time.
bool Loop::wait(std::vector<Task>& batch) {
  std::unique_lock lock(mutex_);
  while (posted_.empty() && !stopping_) {
    if (!timers_.empty() && timers_.next_due() <= steady_now()) break;
    waiting_ = true;
    if (timers_.empty() || timers_.next_due() == Time::max()) {
      wake_.wait(lock);
    } else {
      wake_.wait_until(
          lock, std::chrono::steady_clock::time_point(timers_.next_due().time_since_epoch()));
    }
    waiting_ = false;
  }
  batch.swap(posted_);
  // The two take turns; so both have grown once one has.
  posted_.reserve(std::min(batch.capacity(), kKeptTasks));
  return !stopping_;
}

void Loop::run() {
  current_ = this;
  std::vector<Task> batch;
  for (bool more = true; more;) {
    more = wait(batch);
    for (Task& task : batch) {
      task();
      task = nullptr;
    }
    batch.clear();
    if (batch.capacity() > kKeptTasks) std::vector<Task>().swap(batch);
    run_due_timers();
  }
  drop_timers();
  current_ = nullptr;
}

// One at a time, because each may cancel the next. The time is read once: timers that these set
// wait for what was posted in the meantime.
void Loop::run_due_timers() {
  const Time now = steady_now();
  for (;;) {
    Task task;
    {
      const std::lock_guard lock(mutex_);
      if (timers_.empty() || timers_.next_due() > now) return;
      task = timers_.pop();
    }
    task();
  }
}

void Loop::drop_timers() {
  for (;;) {
    Task task;  // destroyed after the lock
    const std::lock_guard lock(mutex_);
    if (timers_.empty()) return;
    task = timers_.pop();
  }
}

class ThreadExecutor final : public Executor {
 public:
  ThreadExecutor() : loop_(std::make_shared<Loop>()) {
    thread_ = start_thread([loop = loop_] {
      name_this_thread("va-executor");
      loop->run();
    });
  }
  ~ThreadExecutor() override {
    loop_->stop();
    if (!thread_.joinable()) return;
    if (loop_->is_current()) {
      thread_.detach();
    } else {
      thread_.join();
    }
  }
  ThreadExecutor(const ThreadExecutor&) = delete;
  ThreadExecutor& operator=(const ThreadExecutor&) = delete;

  bool started() const { return thread_.joinable(); }

  Time now() const override { return steady_now(); }
  std::int64_t wall_time_ms() const override {
    return std::chrono::system_clock::now().time_since_epoch() / std::chrono::milliseconds(1);
  }
  void post(Task task) override { loop_->post(std::move(task)); }
  TimerId post_after(Duration delay, Task task) override {
    return loop_->post_after(delay, std::move(task));
  }
  bool cancel(TimerId timer) override { return loop_->cancel(timer); }
  bool is_current() const override { return loop_->is_current(); }

 private:
  const std::shared_ptr<Loop> loop_;
  std::thread thread_;
};

}  // namespace

std::shared_ptr<Executor> make_thread_executor() {
  auto executor = std::make_shared<ThreadExecutor>();
  return executor->started() ? executor : nullptr;
}

}  // namespace voiceagent
