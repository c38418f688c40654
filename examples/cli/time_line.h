// The time of a conversation: virtual, as fast as the engines allow, or real.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>

#include "voiceagent/executor.h"

namespace cli {

class TimeLine {
 public:
  explicit TimeLine(bool real_time);

  const std::shared_ptr<voiceagent::Executor>& executor() const { return executor_; }
  const std::shared_ptr<voiceagent::WorkerPool>& workers() const { return workers_; }

  // Lets time pass until `future` is ready, and returns what it holds. `meanwhile` is called every
  // now and then, on this thread.
  template <class T>
  T wait(
      std::future<T> future, const std::function<void()>& meanwhile = [] {}) {
    while (future.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      pass(future);
      meanwhile();
    }
    return future.get();
  }

  // Runs `call` on the executor and returns what it returns.
  template <class Call>
  auto run(Call call) {
    std::promise<decltype(call())> promise;
    auto future = promise.get_future();
    executor_->post([&] { promise.set_value(call()); });
    return wait(std::move(future));
  }

 private:
  template <class T>
  void pass(std::future<T>& future) {
    constexpr std::chrono::milliseconds kStep{100};
    if (virtual_ != nullptr) {
      virtual_->run_for(kStep);
    } else {
      future.wait_for(kStep);
    }
  }

  std::shared_ptr<voiceagent::VirtualExecutor> virtual_;  // null in real time
  std::shared_ptr<voiceagent::WorkerPool> workers_;
  std::shared_ptr<voiceagent::Executor> executor_;
};

}  // namespace cli
