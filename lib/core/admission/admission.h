// Who may open a session, and what running ones do without while there is too much to do. Any
// thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "voiceagent/engine.h"
#include "voiceagent/executor.h"

namespace voiceagent {

class AdmissionControl : public std::enable_shared_from_this<AdmissionControl> {
 public:
  // Measures the lateness of `executors` itself if there is a limit and nobody else does.
  AdmissionControl(AdmissionOptions options, std::vector<std::shared_ptr<Executor>> executors);
  void start();

  // A place for one session, held as long as a copy lives. kResourceExhausted says why not, and
  // when to try again.
  Result<std::shared_ptr<void>> admit();
  Shedding shedding() const;
  EngineLoad load() const;

 private:
  struct Meter {
    const Duration limit;
    const Duration hold;
    Time calm{};                        // nobody is taken before; the executor's alone
    std::atomic<std::int64_t> late{0};  // nanoseconds, of late
    std::atomic<bool> over{false};      // `calm` is still to come
  };
  static void probe(Executor* executor, std::weak_ptr<Meter> meter);
  Duration lateness() const;
  bool too_late() const;
  Status refusal(std::size_t sessions) const;

  const AdmissionOptions options_;
  const std::vector<std::shared_ptr<Executor>> executors_;
  std::vector<std::shared_ptr<Meter>> meters_;
  std::atomic<std::size_t> sessions_{0};
  std::atomic<std::uint64_t> admitted_{0};
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace voiceagent
