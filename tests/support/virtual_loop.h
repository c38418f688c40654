// A net loop in virtual time: an executor without sockets.
#pragma once

#include <memory>
#include <utility>

#include "net/loop.h"
#include "voiceagent/executor.h"

namespace voiceagent::test {

class VirtualLoop final : public net::Loop {
 public:
  explicit VirtualLoop(std::shared_ptr<VirtualExecutor> time) : time_(std::move(time)) {}

  Time now() const override { return time_->now(); }
  std::int64_t wall_time_ms() const override { return time_->wall_time_ms(); }
  void post(Task task) override { time_->post(std::move(task)); }
  TimerId post_after(Duration delay, Task task) override {
    return time_->post_after(delay, std::move(task));
  }
  bool cancel(TimerId timer) override { return time_->cancel(timer); }
  bool is_current() const override { return time_->is_current(); }

  Duration lateness() const override { return late; }
  std::size_t waiting() const override { return 0; }
  Duration cpu_time() const override { return Duration(0); }
  uv_loop_s* uv() override { return nullptr; }
  void at_exit(Task) override {}
  void at_round_end(Task task) override { post(std::move(task)); }

  Duration late{0};

 private:
  const std::shared_ptr<VirtualExecutor> time_;
};

}  // namespace voiceagent::test
