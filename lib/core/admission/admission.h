// Who may open a session, and what running ones do without while there is too much to do. Any
// thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/admission/room.h"
#include "core/watch/executor_watch.h"
#include "voiceagent/engine.h"
#include "voiceagent/executor.h"
#include "voiceagent/log.h"

namespace voiceagent {

class AdmissionControl {
 public:
  // If there is a limit, it looks itself how late `executors` are, and learns how many sessions
  // there is room for; `reporter`, which may be null, tells the logger of calls that
  // do not return.
  AdmissionControl(AdmissionOptions options, std::vector<std::shared_ptr<Executor>> executors,
                   std::shared_ptr<Executor> reporter = nullptr,
                   std::shared_ptr<Logger> logger = nullptr);

  // A place for one session, held as long as a copy lives. kResourceExhausted says why not, and
  // when to try again. `overrun`: the pool that it would wait for in vain, see agent_pools.h.
  Result<std::shared_ptr<void>> admit(const std::string& overrun = {});
  // What admit() would say now, without a place and without being counted.
  Status check_room(const std::string& overrun = {}) const {
    return refusal(crowd_->sessions.load() + 1, overrun);
  }
  Shedding shedding() const;
  EngineLoad load() const;
  ExecutorWatch& executors() { return executors_; }

 private:
  // What everybody who is here counts in; lives until the last one has left.
  struct Crowd {
    std::atomic<std::size_t> sessions{0};
    Room room;
  };
  static void look(Crowd& crowd, Duration late, Duration limit, Time now);
  Duration lateness() const;
  std::string too_late(std::size_t sessions) const;
  Status refusal(std::size_t sessions, const std::string& overrun) const;

  const AdmissionOptions options_;
  const std::shared_ptr<Crowd> crowd_ = std::make_shared<Crowd>();
  ExecutorWatch executors_;
  std::atomic<std::uint64_t> admitted_{0};
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace voiceagent
