// Threads for a provider's stream outside of any session.
#pragma once

#include <future>
#include <memory>
#include <type_traits>
#include <utility>

#include "voiceagent/executor.h"
#include "voiceagent/log.h"
#include "voiceagent/provider.h"
#include "voiceagent/status.h"

namespace cli {

class ProviderHost {
 public:
  // Fails only when the system gives no threads.
  static voiceagent::Result<std::unique_ptr<ProviderHost>> create(
      std::shared_ptr<voiceagent::Logger> logger) {
    std::unique_ptr<ProviderHost> host(new ProviderHost(std::move(logger)));
    if (host->workers_ == nullptr || host->executor_ == nullptr) {
      return voiceagent::resource_exhausted("the system gives no more threads");
    }
    return host;
  }

  voiceagent::ProviderContext provider_context() const { return {workers_, logger_}; }
  voiceagent::StreamContext stream_context() const {
    return {executor_.get(), workers_.get(), logger_.get()};
  }

  // Runs `call` on the executor, where a stream's methods belong, and waits for what it returns.
  template <class Call>
  auto run(Call call) {
    std::promise<std::invoke_result_t<Call&>> promise;
    auto future = promise.get_future();
    executor_->post([&] {
      if constexpr (std::is_void_v<std::invoke_result_t<Call&>>) {
        call();
        promise.set_value();
      } else {
        promise.set_value(call());
      }
    });
    return future.get();
  }

 private:
  explicit ProviderHost(std::shared_ptr<voiceagent::Logger> logger)
      : logger_(std::move(logger)),
        workers_(voiceagent::make_worker_pool()),
        executor_(voiceagent::make_thread_executor()) {}

  std::shared_ptr<voiceagent::Logger> logger_;
  std::shared_ptr<voiceagent::WorkerPool> workers_;
  std::shared_ptr<voiceagent::Executor> executor_;
};

}  // namespace cli
