#include "sim/replay/replay_executor.h"

#include <algorithm>
#include <chrono>

#include "base/timer_queue.h"

namespace voiceagent {
namespace {

constexpr std::int64_t kMostBegin = std::int64_t{1} << 60;

}  // namespace

ReplayExecutor::ReplayExecutor(const Recording& recording)
    : recording_(recording),
      tasks_left_(recording.tasks),
      timers_left_(recording.timers),
      begin_(std::clamp<std::int64_t>(recording.setup["clock_ns"].integer(), 0, kMostBegin)) {}

// As recorded, reading by reading; other readings by the time since the session began.
std::int64_t ReplayExecutor::wall_time_ms() const {
  const auto& reads = recording_.wall;
  while (wall_reads_ < reads.size() && reads[wall_reads_].first < now_) ++wall_reads_;
  if (wall_reads_ < reads.size() && reads[wall_reads_].first == now_) {
    return reads[wall_reads_++].second;
  }
  return recording_.setup["wall_ms"].integer() + now_ / std::chrono::milliseconds(1);
}

void ReplayExecutor::post(Task task) {
  if (arrivals_ != nullptr) return arrivals_->push_back(std::move(task));
  posts_.push_back({now_, std::move(task)});
}

TimerId ReplayExecutor::post_after(Duration delay, Task task) {
  const Time due = time_after(now(), delay);
  timers_.push_back({++last_timer_, due.time_since_epoch() - begin_, std::move(task)});
  return last_timer_;
}

bool ReplayExecutor::cancel(TimerId id) {
  const auto timer =
      std::find_if(timers_.begin(), timers_.end(), [id](const Timer& t) { return t.id == id; });
  if (timer == timers_.end()) return false;
  const Task task = std::move(timer->task);  // destroyed when the table is in order
  timers_.erase(timer);
  return true;
}

void ReplayExecutor::run(Task task) {
  const bool outer = std::exchange(running_, true);
  task();
  task = nullptr;
  running_ = outer;
}

void ReplayExecutor::advance(Duration time) {
  run_own_tasks();
  while (run_own_timer(time)) run_own_tasks();
  now_ = std::max(now_, time);
}

// Those of a moment beyond as many as the recording has.
void ReplayExecutor::run_own_tasks() {
  for (bool again = true; again;) {
    again = false;
    std::map<Duration, int> seen;
    for (auto post = posts_.begin(); post != posts_.end(); ++post) {
      const auto left = tasks_left_.find(post->at);
      if (++seen[post->at] <= (left == tasks_left_.end() ? 0 : left->second)) continue;
      Task task = std::move(post->task);
      posts_.erase(post);
      run(std::move(task));
      again = true;
      break;
    }
  }
}

bool ReplayExecutor::run_own_timer(Duration end) {
  std::map<Duration, int> seen;
  auto first = timers_.end();
  for (auto timer = timers_.begin(); timer != timers_.end(); ++timer) {
    const auto left = timers_left_.find(timer->due);
    if (++seen[timer->due] <= (left == timers_left_.end() ? 0 : left->second)) continue;
    if (timer->due <= end && (first == timers_.end() || timer->due < first->due)) first = timer;
  }
  if (first == timers_.end()) return false;
  now_ = std::max(now_, first->due);
  Task task = std::move(first->task);
  timers_.erase(first);
  run(std::move(task));
  return true;
}

void ReplayExecutor::run_task(Duration posted) {
  if (int& left = tasks_left_[posted]; left > 0) --left;
  const auto post = std::find_if(posts_.begin(), posts_.end(),
                                 [posted](const Post& p) { return p.at == posted; });
  if (post == posts_.end()) return;
  Task task = std::move(post->task);
  posts_.erase(post);
  run(std::move(task));
}

void ReplayExecutor::run_timer(Duration due, std::uint64_t rank) {
  if (int& left = timers_left_[due]; left > 0) --left;
  const auto timer = std::find_if(timers_.begin(), timers_.end(),
                                  [&](const Timer& t) { return t.due == due && rank-- == 0; });
  if (timer == timers_.end()) return;
  Task task = std::move(timer->task);
  timers_.erase(timer);
  run(std::move(task));
}

std::vector<Task> ReplayExecutor::arrive(Duration at, const std::function<void()>& call) {
  std::vector<Task> tasks;
  arrivals_ = &tasks;
  lag_ = std::max(now_ - at, Duration(0));
  call();
  lag_ = Duration(0);
  arrivals_ = nullptr;
  return tasks;
}

void ReplayExecutor::leave_recording() {
  tasks_left_.clear();
  timers_left_.clear();
}

void ReplayExecutor::clear() {
  while (!posts_.empty() || !timers_.empty()) {
    const auto posts = std::exchange(posts_, {});
    const auto timers = std::exchange(timers_, {});
  }
}

}  // namespace voiceagent
