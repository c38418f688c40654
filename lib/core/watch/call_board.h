// Who holds an executor: the host's or a provider's code that is being called there. The executor
// tells how long each call took; any thread may ask which one is on.
//
// Showing a call costs a store when it begins and one when it ends. Its time counts from the latest
// reading of the clock in the same task to the next one, most of which somebody needed anyhow.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "voiceagent/events.h"
#include "voiceagent/executor.h"

namespace voiceagent {

// Whose code it is, by a number that CallBoard::owner() gives; 0: nobody's in particular.
using CallOwner = std::uint16_t;

// What of it is called.
enum class CallWhat : std::uint8_t {
  kHandler,      // a tool's
  kSubscribers,  // an event's, whose kind is the owner
  kStart,
  kWarmUp,
  kAudio,
  kText,
  kFlush,
  kFinish,
  kResume,
  kCancel,
  kAsk,
  kProcess,
  kReset,
  kStrategy,
  kLogger,
};

struct CallName {
  CallOwner owner = 0;
  CallWhat what = CallWhat::kHandler;
};

class CallBoard {
 public:
  // `executor` must be there whenever a call is made.
  explicit CallBoard(const Executor& executor) : executor_(executor) {}

  // The number of that owner: "tool" "book" for tool 'book'. The first 4095 keep their names. Any
  // thread.
  CallOwner owner(std::string_view kind, std::string_view name);

  // The call that is on, the same value as long as it is; 0: none that is known. Any thread.
  std::uint64_t shown() const { return shown_.load(std::memory_order_relaxed); }
  // Its name: "llm 'x' start()". Any thread.
  std::string text(std::uint64_t shown) const;

  // The rest happens on the executor.

  // A task of a session begins, and ends. In between the clock is read only where it has to be.
  void begin_task() { inside_ = true; }
  void end_task();
  // The clock was read: what follows is not part of an earlier call.
  void mark(Time now) {
    if (inside_ && shown() == 0) note(now);
  }
  // Those who are told of an event. `name` is a literal.
  CallName subscribers(EventKind kind, const char* name) {
    events_[static_cast<std::size_t>(kind)].store(name, std::memory_order_relaxed);
    return {static_cast<CallOwner>(kind), CallWhat::kSubscribers};
  }

  struct Held {
    std::string call;
    Duration time{0};
  };
  // The call that took longest since the last question, if that was too long.
  std::optional<Held> take_held();

 private:
  friend class Call;

  std::uint64_t enter(CallName name);
  void leave(std::uint64_t outer);
  void note(Time now);

  const Executor& executor_;
  std::atomic<std::uint64_t> shown_{0};  // a count of the calls, and the name of this one
  std::uint64_t count_ = 0;
  std::uint64_t over_ = 0;  // a call that ended after the mark; 0: none
  bool inside_ = false;     // a task of a session
  bool marked_ = false;
  Time mark_{};  // the latest reading in this task
  std::optional<Held> held_;
  std::array<std::atomic<const char*>, kEventKinds> events_{};  // their names

  mutable std::mutex mutex_;
  std::map<std::string, CallOwner, std::less<>> owners_;
  std::vector<std::string> names_;  // from 1 on
};

// A call of the host's or a provider's code, as long as it lives. Null: nobody watches.
class Call {
 public:
  Call(CallBoard* board, CallName name)
      : board_(board), outer_(board != nullptr ? board->enter(name) : 0) {}
  ~Call() {
    if (board_ != nullptr) board_->leave(outer_);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

 private:
  CallBoard* const board_;
  const std::uint64_t outer_;
};

}  // namespace voiceagent
