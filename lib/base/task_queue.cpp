#include "base/task_queue.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace voiceagent {

namespace {

// A burst may make the queue long; more room than this is given back afterwards.
constexpr std::size_t kKeptTasks = 4096;

}  // namespace

Time steady_now() {
  return Time(
      std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

std::int64_t wall_now_ms() {
  return std::chrono::system_clock::now().time_since_epoch() / std::chrono::milliseconds(1);
}

bool TaskQueue::post(Task&& task) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return false;
  posted_.push_back(std::move(task));
  return std::exchange(sleeping_, false);
}

TaskQueue::Timer TaskQueue::post_after(Duration delay, Task&& task) {
  const Time due = time_after(steady_now(), delay);
  const std::lock_guard lock(mutex_);
  if (stopping_) return {};
  const bool first = timers_.empty() || due < timers_.next_due();
  const TimerId id = timers_.add(due, ++timers_made_, std::move(task));
  return {id, first && std::exchange(sleeping_, false)};
}

bool TaskQueue::cancel(TimerId timer) {
  Task task;  // destroyed after the lock
  const std::lock_guard lock(mutex_);
  task = timers_.remove(timer);
  return static_cast<bool>(task);
}

bool TaskQueue::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  return std::exchange(sleeping_, false);
}

std::size_t TaskQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return posted_.size() + batch_left_.load(std::memory_order_relaxed);
}

bool TaskQueue::run() {
  bool last = false;
  {
    const std::lock_guard lock(mutex_);
    sleeping_ = false;
    last = stopping_;
    batch_.swap(posted_);
    batch_left_.store(batch_.size(), std::memory_order_relaxed);
    // The two take turns; so both have grown once one has.
    posted_.reserve(std::min(batch_.capacity(), kKeptTasks));
  }
  for (std::size_t i = 0; i < batch_.size(); ++i) {
    batch_left_.store(batch_.size() - i - 1, std::memory_order_relaxed);
    batch_[i]();
    batch_[i] = nullptr;
  }
  batch_.clear();
  if (batch_.capacity() > kKeptTasks) std::vector<Task>().swap(batch_);
  run_due_timers();
  return !last;
}

Time TaskQueue::rest() {
  const std::lock_guard lock(mutex_);
  if (!posted_.empty() || stopping_) return Time();
  if (!timers_.empty() && timers_.next_due() <= steady_now()) return Time();
  sleeping_ = true;
  return timers_.empty() ? Time::max() : timers_.next_due();
}

// One at a time, because each may cancel the next. The time is read once: timers that these set
// wait for what was posted in the meantime.
void TaskQueue::run_due_timers() {
  Time now;
  for (bool first = true;; first = false) {
    Task task;
    {
      const std::lock_guard lock(mutex_);
      if (timers_.empty()) return;
      if (first) now = steady_now();
      if (timers_.next_due() > now) return;
      task = timers_.pop();
    }
    task();
  }
}

void TaskQueue::drop_timers() {
  for (;;) {
    Task task;  // destroyed after the lock
    const std::lock_guard lock(mutex_);
    if (timers_.empty()) return;
    task = timers_.pop();
  }
}

}  // namespace voiceagent
