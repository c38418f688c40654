#include "sim/record/recording_executor.h"

#include <algorithm>
#include <utility>

#include "base/timer_queue.h"

namespace voiceagent {

Time RecordingExecutor::now() const {
  const RecordingScope* scope = RecordingScope::of(*log_);
  return scope != nullptr ? scope->now() : real_->now();
}

std::int64_t RecordingExecutor::wall_time_ms() const {
  const std::int64_t ms = real_->wall_time_ms();
  const RecordingScope* scope = RecordingScope::of(*log_);
  if (scope != nullptr && scope->call() == nullptr) log_->wall_time(scope->now(), ms);
  return ms;
}

void RecordingExecutor::post(Task task) {
  const RecordingScope* scope = RecordingScope::of(*log_);
  if (scope != nullptr && scope->call() != nullptr) {
    real_->post(
        [self = shared_from_this(), call = scope->call(), task = std::move(task)]() mutable {
          const RecordingScope step(*self->log_, self->real_->now());
          self->log_->arrival(step.now(), *call);
          task();
          task = nullptr;
        });
    return;
  }
  Task noted = [self = shared_from_this(), posted = now(), task = std::move(task)]() mutable {
    const RecordingScope step(*self->log_, self->real_->now());
    self->log_->task(step.now(), posted);
    task();
    task = nullptr;
  };
  if (holding_) return held_.push_back(std::move(noted));
  real_->post(std::move(noted));
}

void RecordingExecutor::release() {
  holding_ = false;
  for (Task& task : std::exchange(held_, {})) real_->post(std::move(task));
}

TimerId RecordingExecutor::post_after(Duration delay, Task task) {
  const TimerId id = ++last_timer_;
  timers_.push_back({id, 0, time_after(now(), delay)});
  const TimerId real =
      real_->post_after(delay, [self = shared_from_this(), id, task = std::move(task)]() mutable {
        self->run_timer(id, task);
        task = nullptr;
      });
  if (real == 0) {  // the executor has been shut down
    timers_.pop_back();
    return 0;
  }
  timers_.back().real = real;
  return id;
}

void RecordingExecutor::run_timer(TimerId id, Task& task) {
  const auto timer =
      std::find_if(timers_.begin(), timers_.end(), [id](const Timer& t) { return t.id == id; });
  const Time due = timer->due;
  const auto rank =
      std::count_if(timers_.begin(), timer, [due](const Timer& t) { return t.due == due; });
  timers_.erase(timer);
  const RecordingScope step(*log_, real_->now());
  log_->timer(step.now(), due, static_cast<int>(rank));
  task();
}

bool RecordingExecutor::cancel(TimerId id) {
  const auto timer =
      std::find_if(timers_.begin(), timers_.end(), [id](const Timer& t) { return t.id == id; });
  if (timer == timers_.end()) return false;
  const Timer gone = *timer;
  timers_.erase(timer);
  if (gone.due <= now()) log_->late_cancel(gone.due);
  return real_->cancel(gone.real);
}

}  // namespace voiceagent
