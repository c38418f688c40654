#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "base/task_queue.h"
#include "base/thread_util.h"
#include "voiceagent/executor.h"

namespace voiceagent {

namespace {

// What the executor and its thread share; the thread may outlive the executor.
class Loop : public std::enable_shared_from_this<Loop> {
 public:
  void post(Task task);
  TimerId post_after(Duration delay, Task task);
  bool cancel(TimerId timer) { return queue_.cancel(timer); }
  void stop();
  // The thread's life.
  void run();
  bool is_current() const { return current_ == this; }

 private:
  void wake();
  void sleep(Time until);

  static thread_local const Loop* current_;

  TaskQueue queue_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
};

thread_local const Loop* Loop::current_ = nullptr;

// The thread may run the new task at once; and should that own the executor, the end of both must
// wait for us.
void Loop::post(Task task) {
  const auto self = shared_from_this();
  if (queue_.post(std::move(task))) wake();
}

TimerId Loop::post_after(Duration delay, Task task) {
  const auto self = shared_from_this();
  const TaskQueue::Timer timer = queue_.post_after(delay, std::move(task));
  if (timer.wake) wake();
  return timer.id;
}

void Loop::stop() {
  const auto self = shared_from_this();
  if (queue_.stop()) wake();
}

// Unlocking first spares the woken thread a wait for the lock.
void Loop::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_one();
}

void Loop::sleep(Time until) {
  std::unique_lock lock(mutex_);
  const auto woken = [this] { return woken_; };
  if (until == Time::max()) {
    changed_.wait(lock, woken);
  } else {
    changed_.wait_until(lock, std::chrono::steady_clock::time_point(until.time_since_epoch()),
                        woken);
  }
  woken_ = false;
}

void Loop::run() {
  current_ = this;
  while (queue_.run()) {
    const Time until = queue_.rest();
    if (until != Time()) sleep(until);
  }
  queue_.drop_timers();
  current_ = nullptr;
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
  std::int64_t wall_time_ms() const override { return wall_now_ms(); }
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
