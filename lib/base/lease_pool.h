// A pool of things that are large or slow to make, of which so many are lent at a time. Who finds
// none waits for its turn, without a thread: first come, first served.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/wait_lengths.h"
#include "voiceagent/executor.h"
#include "voiceagent/pool.h"
#include "voiceagent/status.h"
#include "voiceagent/time.h"

namespace voiceagent {

template <class T>
struct LeasePoolOptions {
  std::string name;
  std::size_t minimum = 0;  // made by warm(), and kept however long they are idle
  std::size_t maximum = 1;
  bool reuse = true;                                 // else each is made anew
  Duration patience{0};                              // as its status has it
  Duration idle_limit{0};                            // who is idle for so long goes; 0: never
  std::function<Result<std::unique_ptr<T>>()> make;  // may block
  std::function<bool(T&)> healthy = {};              // looked at when one comes back
  // Its clock and timer; null: nothing is known of times, and nobody goes for being idle.
  std::shared_ptr<Executor> executor = {};
  // Where those that go are destroyed; null: on the executor.
  std::shared_ptr<WorkerPool> workers = {};
};

template <class T>
class LeasePool : public PoolSource, public std::enable_shared_from_this<LeasePool<T>> {
 public:
  // The right to one of the things, or nothing. Goes back to the pool by itself.
  class Lease {
   public:
    Lease() = default;
    Lease(std::shared_ptr<LeasePool> pool, std::unique_ptr<T> item)
        : pool_(std::move(pool)), item_(std::move(item)) {}
    ~Lease() { give_back(); }
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&& other) noexcept {
      if (this == &other) return *this;
      give_back();
      pool_ = std::move(other.pool_);
      item_ = std::move(other.item_);
      return *this;
    }

    explicit operator bool() const { return pool_ != nullptr; }
    // Makes the thing if it isn't there yet; that may block. REQUIRES: *this.
    Status make() {
      if (item_ != nullptr) return {};
      Result<std::unique_ptr<T>> made = pool_->create();
      if (!made.ok()) return made.status();
      item_ = std::move(*made);
      return {};
    }
    // REQUIRES: make() succeeded.
    T& item() { return *item_; }
    // Now rather than later. It may call a waiter.
    void give_back() {
      if (const auto pool = std::exchange(pool_, nullptr)) pool->take_back(std::move(item_));
    }

   private:
    friend class LeasePool;
    std::shared_ptr<LeasePool> pool_;
    std::unique_ptr<T> item_;
  };

  // Somebody whose turn it will be.
  class Waiter {
   public:
    // It is; called once for each wait, on the thread of who gave the thing back, under no lock.
    // Takes `lease`, or leaves it to the next one by returning false.
    virtual bool granted(Lease& lease) = 0;

   protected:
    ~Waiter() = default;
  };

  explicit LeasePool(LeasePoolOptions<T> options)
      : options_(std::move(options)), free_(options_.maximum) {}
  ~LeasePool() override {
    if (timer_ != 0) options_.executor->cancel(timer_);
  }
  LeasePool(const LeasePool&) = delete;
  LeasePool& operator=(const LeasePool&) = delete;

  // Makes the minimum, so that the first ones needn't wait for it. Blocks.
  Status warm() {
    for (std::size_t i = 0; i < std::min(options_.minimum, options_.maximum); ++i) {
      Result<std::unique_ptr<T>> made = create();
      if (!made.ok()) return made.status();
      const std::lock_guard lock(mutex_);
      if (idle_.size() < free_) put(std::move(*made));
    }
    return {};
  }

  // Sees to it that one is idle, if there may be one more; one is made at a time. Blocks.
  Status warm_one() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty() || free_ == 0 || std::exchange(warming_, true)) return {};
    }
    Result<std::unique_ptr<T>> made = create();
    const std::lock_guard lock(mutex_);
    warming_ = false;
    if (!made.ok()) return made.status();
    if (idle_.size() < free_) put(std::move(*made));
    return {};
  }

  // A lease if there is one. Otherwise an empty one, and `waiter`, if there is one, waits. Any
  // thread.
  Lease acquire(const std::shared_ptr<Waiter>& waiter) {
    const std::lock_guard lock(mutex_);
    if (free_ == 0) {
      if (waiter == nullptr) return {};
      ++waits_;
      waiters_.push_back({waiter.get(), waiter, now()});
      return {};
    }
    --free_;
    if (idle_.empty()) return {this->shared_from_this(), nullptr};
    std::unique_ptr<T> item = std::move(idle_.back().item);
    idle_.pop_back();
    return {this->shared_from_this(), std::move(item)};
  }
  // `waiter` doesn't wait any more; granted() may be under way. Any thread.
  void forget(const Waiter* waiter) {
    const std::lock_guard lock(mutex_);
    std::erase_if(waiters_, [this, waiter](const Place& place) {
      if (place.waiter != waiter) return false;
      lengths_.add(now() - place.since);
      return true;
    });
  }

  PoolStatus status() const override {
    const std::lock_guard lock(mutex_);
    PoolStatus status;
    status.name = options_.name;
    status.in_use = options_.maximum - free_;
    status.idle = idle_.size();
    status.maximum = options_.maximum;
    status.waiting = waiters_.size();
    status.created = created_;
    status.failed = failed_;
    status.waits = waits_;
    status.wait_p50 = lengths_.percentile(50);
    status.wait_p99 = lengths_.percentile(99);
    if (!waiters_.empty()) status.longest_wait = now() - waiters_.front().since;
    status.patience = options_.patience;
    return status;
  }
  std::size_t maximum() const { return options_.maximum; }

 private:
  // The weak pointer alone could only be compared by owning the waiter for a moment.
  struct Place {
    const Waiter* waiter = nullptr;
    std::weak_ptr<Waiter> owner;
    Time since{};
  };
  struct Idle {
    std::unique_ptr<T> item;
    Time since{};
  };

  Time now() const { return options_.executor != nullptr ? options_.executor->now() : Time{}; }

  Result<std::unique_ptr<T>> create() {
    Result<std::unique_ptr<T>> made = options_.make();
    const std::lock_guard lock(mutex_);
    ++(made.ok() ? created_ : failed_);
    return made;
  }

  // The thing goes to who has waited longest; one that was not made yet is made by them.
  void take_back(std::unique_ptr<T> item) {
    if (item != nullptr && options_.healthy && !options_.healthy(*item)) {
      item.reset();
      const std::lock_guard lock(mutex_);
      ++failed_;
    }
    if (!options_.reuse) item.reset();
    Lease lease(this->shared_from_this(), std::move(item));
    while (const std::shared_ptr<Waiter> waiter = next_waiter(lease)) {
      if (waiter->granted(lease)) return;
    }
  }

  // Who waits, or nobody: then the lease is empty and its thing idle.
  std::shared_ptr<Waiter> next_waiter(Lease& lease) {
    const std::lock_guard lock(mutex_);
    while (!waiters_.empty()) {
      const Place place = std::move(waiters_.front());
      waiters_.pop_front();
      lengths_.add(now() - place.since);
      if (std::shared_ptr<Waiter> waiter = place.owner.lock()) return waiter;
    }
    ++free_;
    if (lease.item_ != nullptr) put(std::move(lease.item_));
    lease.pool_ = nullptr;
    return nullptr;
  }

  // It is idle from now on. With the lock held, as for watch_idle().
  void put(std::unique_ptr<T> item) {
    idle_.push_back({std::move(item), now()});
    watch_idle();
  }

  // One timer for all that may go, for the one that has been idle longest.
  void watch_idle() {
    const bool may_go = options_.idle_limit > Duration(0) && idle_.size() > options_.minimum;
    if (options_.executor == nullptr || !may_go || timer_ != 0) return;
    const Duration left = idle_.front().since + options_.idle_limit - now();
    timer_ = options_.executor->post_after(left, [weak = this->weak_from_this()] {
      if (const auto pool = weak.lock()) pool->send_away();
    });
  }
  // What is large takes its time to destroy. Workers that have none leave it to the executor.
  void send_away() {
    const auto job = [weak = this->weak_from_this()] {
      if (const auto pool = weak.lock()) pool->drop_old();
    };
    if (options_.workers == nullptr || !options_.workers->submit(job).ok()) drop_old();
  }
  // The latest is lent first: so those in front have been idle longest.
  void drop_old() {
    std::vector<Idle> old;  // destroyed under no lock
    const std::lock_guard lock(mutex_);
    while (idle_.size() > options_.minimum && now() - idle_.front().since >= options_.idle_limit) {
      old.push_back(std::move(idle_.front()));
      idle_.pop_front();
    }
    timer_ = 0;
    watch_idle();
  }

  const LeasePoolOptions<T> options_;
  mutable std::mutex mutex_;
  std::size_t free_;           // leases to be had
  std::deque<Idle> idle_;      // never more than free_
  std::deque<Place> waiters_;  // none while free_ > 0
  bool warming_ = false;       // warm_one() makes one
  std::uint64_t created_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t waits_ = 0;
  WaitLengths lengths_;  // of waits that were granted or given up
  TimerId timer_ = 0;    // until somebody has been idle for too long, and has gone
};

}  // namespace voiceagent
