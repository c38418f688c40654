#include "sim/scripted_pool.h"

#include <algorithm>

namespace voiceagent::sim {

bool Seat::take() {
  lease_ = pool_->acquire(shared_from_this());
  return lease_ && lease_.make().ok();
}

void Seat::give_up_after(Duration patience, Task fail) {
  executor_.post_after(patience, [weak = weak_from_this(), fail = std::move(fail)]() mutable {
    const auto self = weak.lock();
    if (self != nullptr && self->waiting()) fail();
  });
}

// It comes from inside the end of another stream: what follows must not happen there.
bool Seat::granted(Places::Lease& offered) {
  const std::lock_guard lock(mutex_);
  if (left_) return false;
  executor_.post([self = shared_from_this(), lease = std::move(offered)]() mutable {
    self->begin(std::move(lease));
  });
  return true;
}

void Seat::begin(Places::Lease lease) {
  if (left_) return;
  lease_ = std::move(lease);
  (void)lease_.make();
  for (Held& held : held_) executor_.post_after(held.delay, std::move(held.task));
  held_.clear();
}

void Seat::leave() {
  {
    const std::lock_guard lock(mutex_);
    left_ = true;
  }
  held_.clear();
  pool_->forget(this);
  lease_.give_back();
}

ScriptedPool::ScriptedPool(const PoolScript& script) : script_(script) {
  if (script.maximum == 0) return;
  LeasePoolOptions<Place> options;
  options.name = "places";
  options.maximum = script.maximum;
  options.patience = script.patience;
  options.make = [] { return std::make_unique<Place>(); };
  places_ = std::make_shared<Places>(std::move(options));
  if (script.board != nullptr) script.board->add(places_);
}

Result<Entry> ScriptedPool::enter(Executor& executor) {
  if (places_ == nullptr) return Entry{};
  if (!entered_.exchange(true)) take_others(executor);
  auto seat = std::make_shared<Seat>(places_, executor);
  if (seat->take() || script_.patience > Duration(0)) {
    return Entry{std::move(seat), script_.patience};
  }
  seat->leave();
  return resource_exhausted("all " + std::to_string(script_.maximum) + " places are taken");
}

void ScriptedPool::take_others(Executor& executor) {
  if (script_.taken == 0) return;
  std::vector<Places::Lease> others;
  for (std::size_t i = 0; i < std::min(script_.taken, script_.maximum); ++i) {
    others.push_back(places_->acquire(nullptr));
  }
  executor.post_after(script_.taken_for,
                      [others = std::move(others)]() mutable { others.clear(); });
}

std::string left_over(const PoolBoard& pools) {
  std::string text;
  for (const PoolStatus& pool : pools.all()) {
    if (pool.in_use == 0 && pool.waiting == 0) continue;
    text += (text.empty() ? "" : "; ") + std::to_string(pool.in_use) + " of " +
            std::to_string(pool.maximum) + " " + pool.name + " are in use, and " +
            std::to_string(pool.waiting) + " requests wait";
  }
  return text;
}

}  // namespace voiceagent::sim
