// A virtual executor on which code may take time: what blocks moves the clock on, which nothing
// else can do inside a task.
#pragma once

#include <memory>
#include <utility>

#include "voiceagent/executor.h"

namespace voiceagent::test {

class BlockingClock final : public Executor {
 public:
  // Where its tasks run.
  const std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();

  // So long whoever calls this holds the executor.
  void block(Duration span) { blocked_ += span; }

  Time now() const override { return time->now() + blocked_; }
  std::int64_t wall_time_ms() const override { return time->wall_time_ms(); }
  void post(Task task) override { time->post(std::move(task)); }
  TimerId post_after(Duration delay, Task task) override {
    return time->post_after(delay, std::move(task));
  }
  bool cancel(TimerId timer) override { return time->cancel(timer); }
  bool is_current() const override { return time->is_current(); }

 private:
  Duration blocked_{0};
};

}  // namespace voiceagent::test
