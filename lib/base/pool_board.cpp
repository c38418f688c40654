#include <algorithm>
#include <utility>

#include "voiceagent/pool.h"

namespace voiceagent {

void PoolBoard::add(std::weak_ptr<const PoolSource> pool) {
  if (whole_ != nullptr) whole_->add(pool);
  const std::lock_guard lock(mutex_);
  std::erase_if(pools_, [](const auto& old) { return old.expired(); });
  pools_.push_back(std::move(pool));
}

std::vector<PoolStatus> PoolBoard::all() const {
  std::vector<std::shared_ptr<const PoolSource>> pools;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& pool : pools_) {
      if (auto held = pool.lock()) pools.push_back(std::move(held));
    }
  }
  std::vector<PoolStatus> all;
  for (const auto& pool : pools) all.push_back(pool->status());
  return all;
}

}  // namespace voiceagent
