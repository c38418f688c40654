// An executor with workers for one stream under test: in virtual time, or with threads of its own.
#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <utility>

#include "voiceagent/executor.h"
#include "voiceagent/log.h"
#include "voiceagent/provider.h"

namespace voiceagent::test {

class Workbench {
 public:
  // Everything on the calling thread, as fast as it goes, and the same in every run.
  static Workbench virtual_time() {
    auto executor = VirtualExecutor::create();
    Workbench bench(executor, executor->workers());
    bench.virtual_ = executor;
    return bench;
  }

  // In real time, with a thread for the executor and `threads` for the workers.
  static Workbench real_threads(std::size_t threads = 2) {
    return Workbench(make_thread_executor(), make_worker_pool(threads));
  }

  StreamContext context() const { return {executor_.get(), workers_.get(), logger_.get()}; }

  // Runs `work` on the executor, where streams are to be used, and waits for its end.
  void call(std::function<void()> work) const {
    if (virtual_ != nullptr) {
      executor_->post([&work] { work(); });
      virtual_->run_until(virtual_->now());
      return;
    }
    std::promise<void> ran;
    executor_->post([&] {
      work();
      ran.set_value();
    });
    ran.get_future().wait();
  }

  // Lets things happen until the probe's record fulfils `reached`; false when it won't.
  template <class Probe, class Reached>
  bool wait(const Probe& probe, Reached reached) const {
    if (virtual_ == nullptr) return probe.wait(reached);
    return virtual_->run_until_idle(std::chrono::hours(1)) && reached(probe.record());
  }

 private:
  Workbench(std::shared_ptr<Executor> executor, std::shared_ptr<WorkerPool> workers)
      : executor_(std::move(executor)), workers_(std::move(workers)) {}

  std::shared_ptr<Executor> executor_;
  std::shared_ptr<VirtualExecutor> virtual_;
  std::shared_ptr<WorkerPool> workers_;
  std::shared_ptr<Logger> logger_ = make_null_logger();
};

}  // namespace voiceagent::test
