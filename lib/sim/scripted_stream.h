// What scripted streams share: things that happen later on the session's executor, don't happen any
// more once the stream has ended, and go wrong at times.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/ring.h"
#include "sim/chance.h"
#include "sim/scripted_pool.h"
#include "voiceagent/provider.h"

namespace voiceagent::sim {

// The death that a provider's stream of that number dies, counted from 1.
inline Death death_of(const Death& death, std::uint64_t stream) {
  return stream <= static_cast<std::uint64_t>(death.streams) ? death : Death();
}
// Whether it dies before it has begun; then why.
inline Status refusal(const Death& death) {
  if (death.how != Death::How::kRefuse) return {};
  return {death.code, "the script says that it takes no request"};
}

// What becomes of a stream.
enum class Fate { kFine, kError, kDisconnect, kStall };

Fate draw_fate(const Faults& faults, Chance& chance);
// Why a start is refused, or a stream fails.
Status draw_failure(const Faults& faults, Chance& chance);
// At times, puts a byte into `text` that is not UTF-8.
std::string mangle(std::string_view text, const Faults& faults, Chance& chance);

template <class Sink>
class Script {
 public:
  // Nothing comes before there is a place, if there is a pool.
  Script(Executor& executor, Sink& sink, const Faults& faults, Chance chance, Entry entry)
      : executor_(executor),
        state_(std::make_shared<State>(&sink, faults, chance, std::move(entry.seat))) {
    state_->fate = draw_fate(faults, state_->chance);
    state_->strikes_in = static_cast<int>(state_->chance.below(12));
    if (!state_->waits()) return;
    state_->seat->give_up_after(entry.patience, [state = state_] {
      if (state->sink == nullptr) return;
      state->sink->error({ErrorCode::kResourceExhausted, "no place got free in time"});
      state->end();
    });
  }
  ~Script() {
    state_->sink = nullptr;
    state_->leave();
  }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;

  Chance& chance() { return state_->chance; }
  std::string mangle(std::string_view text) {
    return sim::mangle(text, state_->faults, state_->chance);
  }

  // Calls `f()` after `delay`, unless the stream has ended by then.
  template <class F>
  void after(Duration delay, F f) {
    auto run = [state = state_, f = std::move(f)]() mutable {
      if (state->sink != nullptr) f();
    };
    if (state_->waits()) return state_->seat->hold(delay, std::move(run));
    if (delay > Duration(0)) {
      executor_.post_after(delay, std::move(run));
    } else {
      executor_.post(std::move(run));
    }
  }

  // The same, and not before all that was put in this queue earlier.
  template <class F>
  void in_order(Duration delay, F f) {
    const Time now = executor_.now();
    state_->due = std::max(state_->due, now + delay);
    state_->queue.push_back(std::move(f));
    // Timers that are due together may run in any order: each takes what is first in the queue.
    after(state_->due - now, [state = state_.get()] { state->queue.pop_front()(); });
  }

  // Tells the sink something, `f(Sink&)`, unless fate has struck. `f` owns what it tells.
  template <class F>
  void tell(F f) {
    if (over() || struck()) return;
    if (!state_->held && state_->chance.yes(state_->faults.out_of_order)) {
      state_->held = std::move(f);
      return;
    }
    f(*state_->sink);
    state_->release();
  }
  // The same for what answers a request.
  template <class F>
  void answer(F f) {
    if (state_->chance.yes(state_->faults.duplicate)) tell(f);
    tell(std::move(f));
  }
  // The same for what may be refused, and so can't be held back. True when fate has struck.
  template <class F>
  bool offer(F f) {
    return over() || struck() || f(*state_->sink);
  }

  // The stream ends by itself, with this answer. Fate that has not struck yet strikes now.
  template <class F>
  void conclude(F f) {
    state_->strikes_in = 0;
    answer(std::move(f));
    if (!over()) end();
  }
  // The same without an answer.
  void conclude() {
    state_->strikes_in = 0;
    if (!over() && !struck()) end();
  }

  // Dies as the script has it. False: it doesn't.
  bool die(const Death& death) {
    if (over() || death.how == Death::How::kNone) return false;
    state_->held = nullptr;
    const bool stalls = death.how == Death::How::kStall || death.how == Death::How::kEmpty;
    if (stalls) return state_->stalled = true;
    if (death.how == Death::How::kError) {
      state_->sink->error({death.code, "the script says that it dies here"});
    }
    end();
    return true;
  }

  // Calls closed() and nothing after it.
  void end() { state_->end(); }
  // The same, soon; what was under way may come before it.
  void cancel() {
    if (state_->waits()) return executor_.post([state = state_] { state->end(); });
    Duration more{0};
    if (state_->chance.yes(state_->faults.late_close)) {
      const bool very_late = state_->chance.yes(0.125);
      more = state_->chance.between(Duration(0), Duration(very_late ? 4'000'000'000 : 300'000'000));
    }
    after(more, [this] { end(); });
  }
  // Nothing comes any more; either it has ended, or it has stalled until it is cancelled.
  bool over() const { return state_->sink == nullptr || state_->stalled; }

 private:
  struct State {
    State(Sink* to, const Faults& what, Chance luck, std::shared_ptr<Seat> place)
        : sink(to), seat(std::move(place)), faults(what), chance(luck) {}
    bool waits() const { return seat != nullptr && seat->waiting(); }
    void leave() {
      if (seat != nullptr) seat->leave();
    }
    void release() {
      if (sink == nullptr || !held) return;
      std::exchange(held, nullptr)(*sink);
    }
    void end() {
      release();
      leave();
      if (Sink* last = std::exchange(sink, nullptr)) last->closed();
    }

    Sink* sink;
    const std::shared_ptr<Seat> seat;  // null: there is no pool
    const Faults faults;
    Chance chance;
    Fate fate = Fate::kFine;
    int strikes_in = 0;  // callbacks
    bool stalled = false;
    Time due{};  // when all of the queue is
    Ring<UniqueFunction<void()>> queue;
    UniqueFunction<void(Sink&)> held;  // until the next callback
  };

  // Whether fate has struck, by now.
  bool struck() {
    if (state_->fate == Fate::kFine || state_->strikes_in-- > 0) return false;
    state_->held = nullptr;
    if (state_->fate == Fate::kStall) {
      state_->stalled = true;
      return true;
    }
    if (state_->fate == Fate::kError) {
      const Status failure = draw_failure(state_->faults, state_->chance);
      state_->sink->error({failure.code(), failure.message()});
    }
    end();
    return true;
  }

  Executor& executor_;
  std::shared_ptr<State> state_;
};

// The streams of a provider: each has chances of its own.
class StreamCounter {
 public:
  explicit StreamCounter(std::uint64_t seed) : seed_(seed) {}
  // Counts from 1. Any thread.
  std::uint64_t next() { return started_.fetch_add(1) + 1; }
  Chance chance(std::uint64_t stream) const { return Chance(seed_, stream); }

 private:
  const std::uint64_t seed_;
  std::atomic<std::uint64_t> started_{0};
};

}  // namespace voiceagent::sim
