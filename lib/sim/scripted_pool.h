// The pool behind a scripted provider, and the place in it that a stream needs.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/lease_pool.h"
#include "voiceagent/executor.h"
#include "voiceagent/sim.h"

namespace voiceagent::sim {

struct Place {};
using Places = LeasePool<Place>;

// A stream's place, or its wait for one. Used on the stream's executor, but for granted().
class Seat final : public Places::Waiter, public std::enable_shared_from_this<Seat> {
 public:
  // `executor` outlives it, or leave() was called.
  Seat(std::shared_ptr<Places> pool, Executor& executor)
      : pool_(std::move(pool)), executor_(executor) {}

  // Takes a place, or waits for one; false: it must wait.
  bool take();
  // What is to happen `delay` after there is a place. REQUIRES: waiting().
  void hold(Duration delay, Task task) { held_.push_back({delay, std::move(task)}); }
  // Calls `fail` if there is none by then.
  void give_up_after(Duration patience, Task fail);
  bool waiting() const { return !lease_ && !left_; }
  // The place is free again, and nothing that was held happens.
  void leave();

  bool granted(Places::Lease& offered) override;

 private:
  struct Held {
    Duration delay;
    Task task;
  };

  void begin(Places::Lease lease);

  const std::shared_ptr<Places> pool_;
  Executor& executor_;
  Places::Lease lease_;
  std::vector<Held> held_;
  std::mutex mutex_;
  bool left_ = false;  // set on the executor, with the lock held
};

// What a stream begins with.
struct Entry {
  std::shared_ptr<Seat> seat;  // null: there is no pool
  Duration patience{0};        // of a wait
};

// A provider's. Any thread.
class ScriptedPool {
 public:
  explicit ScriptedPool(const PoolScript& script);

  // For a stream that begins. kResourceExhausted: it can't.
  Result<Entry> enter(Executor& executor);

 private:
  void take_others(Executor& executor);

  const PoolScript script_;
  std::shared_ptr<Places> places_;  // null: there is no pool
  std::atomic<bool> entered_{false};
};

// What is lent of these pools, or waited for; empty: nothing is.
std::string left_over(const PoolBoard& pools);

}  // namespace voiceagent::sim
