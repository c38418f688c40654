#include "core/tools/tool_workers.h"

#include <mutex>
#include <utility>

namespace voiceagent {
namespace {

constexpr std::size_t kThreads = 16;
constexpr std::size_t kMaxQueued = 1024;

class LazyPool final : public WorkerPool {
 public:
  Status submit(Task job) override {
    std::call_once(made_, [this] { pool_ = make_worker_pool(kThreads, kMaxQueued); });
    if (pool_ == nullptr) return resource_exhausted("the system gives no threads for tools");
    return pool_->submit(std::move(job));
  }
  std::size_t concurrency() const override { return kThreads; }

 private:
  std::once_flag made_;
  std::shared_ptr<WorkerPool> pool_;
};

}  // namespace

std::shared_ptr<WorkerPool> make_tool_workers() { return std::make_shared<LazyPool>(); }

}  // namespace voiceagent
