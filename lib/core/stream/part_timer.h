// A one-shot timer of a session's part: at most one shot is pending, and none comes after cancel()
// or destruction. Arming allocates nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "core/stream/entrance.h"
#include "voiceagent/executor.h"

namespace voiceagent {

class PartTimer {
 public:
  // `on_fire` runs on the executor, which must outlive the timer, inside `entrance`.
  PartTimer(Executor& executor, UniqueFunction<void()> on_fire, Entrance* entrance = nullptr)
      : executor_(executor), state_(std::make_shared<State>()) {
    state_->on_fire = std::move(on_fire);
    state_->entrance = entrance;
  }
  ~PartTimer() {
    cancel();
    state_->shot = 0;
  }
  PartTimer(const PartTimer&) = delete;
  PartTimer& operator=(const PartTimer&) = delete;

  // Replaces a pending shot.
  void arm(Duration delay) {
    cancel();
    const std::uint64_t shot = state_->shot = ++last_shot_;
    timer_ = executor_.post_after(delay, [state = state_, shot] {
      if (state->shot != shot) return;
      state->shot = 0;
      const Inside inside(state->entrance);
      state->on_fire();
    });
  }
  void cancel() {
    if (state_->shot == 0) return;
    state_->shot = 0;
    executor_.cancel(timer_);
  }
  bool armed() const { return state_->shot != 0; }

 private:
  struct State {
    UniqueFunction<void()> on_fire;
    Entrance* entrance = nullptr;
    std::uint64_t shot = 0;  // 0: none pending
  };
  Executor& executor_;
  std::shared_ptr<State> state_;
  std::uint64_t last_shot_ = 0;
  TimerId timer_ = 0;
};

}  // namespace voiceagent
