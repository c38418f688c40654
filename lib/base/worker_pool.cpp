#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/ring.h"
#include "base/thread_util.h"
#include "voiceagent/executor.h"

namespace voiceagent {

namespace {

// What the pool and its threads share; a thread may outlive the pool.
class JobQueue : public std::enable_shared_from_this<JobQueue> {
 public:
  explicit JobQueue(std::size_t max_queued) : max_queued_(std::max<std::size_t>(max_queued, 1)) {}

  Status submit(Task job) {
    const auto self = shared_from_this();  // the job may own the pool, and be done before we are
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return failed_precondition("the worker pool has been shut down");
      if (jobs_.size() >= max_queued_) {
        return resource_exhausted("the worker pool is busy and " + std::to_string(max_queued_) +
                                  " jobs wait already: try again later");
      }
      jobs_.push_back(std::move(job));
    }
    wake_.notify_one();
    return {};
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
  }

  // A thread's life: jobs until the queue has been stopped and is empty.
  void run() {
    while (Task job = next()) job();
  }

 private:
  Task next() {
    std::unique_lock lock(mutex_);
    while (jobs_.empty()) {
      if (stopping_) return {};
      wake_.wait(lock);
    }
    return jobs_.pop_front();
  }

  const std::size_t max_queued_;
  std::mutex mutex_;
  std::condition_variable wake_;
  Ring<Task> jobs_;
  bool stopping_ = false;
};

class ThreadPool final : public WorkerPool {
 public:
  ThreadPool(std::size_t threads, std::size_t max_queued)
      : queue_(std::make_shared<JobQueue>(max_queued)) {
    threads_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) {
      std::thread thread = start_thread([queue = queue_] {
        name_this_thread("va-worker");
        queue->run();
      });
      if (!thread.joinable()) break;
      threads_.push_back(std::move(thread));
    }
  }
  ~ThreadPool() override {
    queue_->stop();
    for (std::thread& thread : threads_) {
      // The last owner may be one of our own jobs.
      if (thread.get_id() == std::this_thread::get_id()) {
        thread.detach();
      } else {
        thread.join();
      }
    }
  }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  Status submit(Task job) override { return queue_->submit(std::move(job)); }
  std::size_t concurrency() const override { return threads_.size(); }

 private:
  const std::shared_ptr<JobQueue> queue_;
  std::vector<std::thread> threads_;
};

}  // namespace

std::shared_ptr<WorkerPool> make_worker_pool(std::size_t threads, std::size_t max_queued) {
  if (threads == 0) threads = std::max<std::size_t>(std::thread::hardware_concurrency(), 2);
  auto pool = std::make_shared<ThreadPool>(threads, max_queued);
  return pool->concurrency() > 0 ? pool : nullptr;
}

}  // namespace voiceagent
