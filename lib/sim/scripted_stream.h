// What scripted streams share: things that happen later on the session's executor, and do not
// happen any more once the stream has ended.
#pragma once

#include <memory>
#include <utility>

#include "voiceagent/provider.h"

namespace voiceagent::sim {

template <class Sink>
class Script {
 public:
  Script(Executor& executor, Sink& sink)
      : executor_(executor), state_(std::make_shared<State>(State{&sink})) {}
  ~Script() { state_->sink = nullptr; }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;

  // Calls `f(Sink&)` after `delay`, unless the stream has ended by then.
  template <class F>
  void after(Duration delay, F f) {
    auto run = [state = state_, f = std::move(f)]() mutable {
      if (state->sink != nullptr) f(*state->sink);
    };
    if (delay > Duration(0)) {
      executor_.post_after(delay, std::move(run));
    } else {
      executor_.post(std::move(run));
    }
  }

  // Calls closed() and nothing after it.
  void end() {
    if (Sink* sink = std::exchange(state_->sink, nullptr)) sink->closed();
  }
  Sink* sink() { return state_->sink; }

 private:
  struct State {
    Sink* sink;
  };
  Executor& executor_;
  std::shared_ptr<State> state_;
};

}  // namespace voiceagent::sim
