// What may happen very often, told seldom: the first of it at once, what came since then together,
// once in a period.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "voiceagent/executor.h"
#include "voiceagent/function.h"

namespace voiceagent {

// Everything on the executor, its end too.
class ThrottledSum {
 public:
  using Tell = UniqueFunction<void(std::uint64_t sum)>;

  // `tell` gets the sum of what was added since it was called last. It is not called any more once
  // this has gone, and may itself end it.
  ThrottledSum(std::shared_ptr<Executor> executor, Duration period, Tell tell)
      : state_(std::make_shared<State>(State{std::move(executor), period, std::move(tell)})) {}
  ~ThrottledSum() {
    state_->executor->cancel(state_->timer);
    state_->gone = true;
  }
  ThrottledSum(const ThrottledSum&) = delete;
  ThrottledSum& operator=(const ThrottledSum&) = delete;

  void add(std::uint64_t amount) {
    state_->sum += amount;
    if (state_->timer == 0) report(state_);
  }

 private:
  struct State {
    std::shared_ptr<Executor> executor;
    Duration period;
    Tell tell;
    std::uint64_t sum = 0;  // not told yet
    TimerId timer = 0;      // 0: nothing was told for a period
    bool gone = false;
  };

  static void report(std::shared_ptr<State> state) {
    state->timer = state->executor->post_after(state->period, [state] {
      state->timer = 0;
      if (state->sum > 0 && !state->gone) report(state);
    });
    state->tell(std::exchange(state->sum, 0));
  }

  const std::shared_ptr<State> state_;
};

}  // namespace voiceagent
