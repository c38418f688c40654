// Jobs one at a time, in order, on a pool of many threads: what a stream of a blocking provider
// needs in order to have no locks.
#pragma once

#include <cstddef>
#include <memory>

#include "voiceagent/executor.h"
#include "voiceagent/status.h"

namespace voiceagent {

// An accepted job is run, also when the strand has been destroyed or the pool refuses work
// meanwhile. After each job another strand may have the thread. Any thread; nothing blocks.
class Strand {
 public:
  // At most `max_queued` jobs wait, the running one not counted.
  Strand(std::shared_ptr<WorkerPool> pool, std::size_t max_queued);

  // Runs `job` after those posted before it. kResourceExhausted when too many wait here or in the
  // pool, kFailedPrecondition after close() or the pool's shut-down; then it is not run.
  Status post(Task job);

  // Runs `last` after those posted before it, however many wait, and takes nothing more. Fails only
  // where the pool does.
  Status close(Task last);

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace voiceagent
