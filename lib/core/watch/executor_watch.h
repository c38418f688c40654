// How late the tasks of an engine's executors are, and who holds one that runs no more. Any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/watch/call_board.h"
#include "core/watch/stuck_calls.h"
#include "voiceagent/executor.h"
#include "voiceagent/log.h"

namespace voiceagent {

class ExecutorWatch {
 public:
  struct Options {
    Duration limit{0};  // of lateness; 0: nobody looks how late they are
    // Each look at an executor, on it: how late its tasks are. May be empty.
    std::function<void(Duration late, Time now)> looked = {};
    // Reports calls that do not return, to `logger`. Null: nobody does. It goes with the watch, or
    // else runs on the same thread.
    std::shared_ptr<Executor> reporter = {};
    std::shared_ptr<Logger> logger = {};
  };
  // There is one executor at least, or next() must not be called.
  ExecutorWatch(std::vector<std::shared_ptr<Executor>> executors, Options options);

  // Of the latest executor, of late or now: one that is stuck is as late as what it owes.
  Duration lateness() const;
  // Who takes the next session: they go round, but for those that are too late, unless all are.
  const std::shared_ptr<Executor>& next();
  // The board of that executor; one of its own if it is none of these.
  std::shared_ptr<CallBoard> board_of(const Executor& executor);

 private:
  struct Meter {
    std::atomic<std::int64_t> late{0};                                   // nanoseconds, of late
    std::atomic<Time::rep> due{Time::max().time_since_epoch().count()};  // when the next look is
  };
  struct Looks;  // what the probes share

  static void probe(Executor* executor, std::size_t index, std::weak_ptr<Looks> looks);
  Duration late(std::size_t index) const;

  const std::vector<std::shared_ptr<Executor>> executors_;
  const std::shared_ptr<Looks> looks_;
  std::vector<std::shared_ptr<CallBoard>> boards_;  // one each
  std::atomic<std::size_t> next_{0};
  StuckCalls stuck_;
};

}  // namespace voiceagent
