// The production executor: a libuv loop with a thread of its own, on which sockets and sessions
// live side by side.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "voiceagent/executor.h"
#include "voiceagent/status.h"

struct uv_loop_s;

namespace voiceagent::net {

// Keeps the executor's contract (executor.h), and says how busy its thread is. Its destructor runs
// what has been posted, drops timers that are not due, and joins the thread; on that thread itself
// it does the same without waiting.
class Loop : public Executor {
 public:
  // A running loop; `name` (at most 15 bytes) names its thread in debuggers. kResourceExhausted
  // when the system gives no thread or no descriptors.
  static Result<std::shared_ptr<Loop>> create(const std::string& name);

  // How late what was due has been run of late: the greatest delay of a timer of 20 ms within about
  // the last second. Any thread.
  virtual Duration lateness() const = 0;
  // How many tasks wait. Any thread.
  virtual std::size_t waiting() const = 0;
  // How much CPU time its thread has used. Any thread.
  virtual Duration cpu_time() const = 0;

  // For lib/net alone, on the loop's thread. Handles put on it must be closed before the loop ends:
  // at_exit() says when. What is registered last is run first, on the loop's thread, once
  // everything posted has run; the loop then goes on until no handle is open.
  virtual uv_loop_s* uv() = 0;
  virtual void at_exit(Task task) = 0;
  // For lib/net alone, on the loop's thread: runs `task` when the present round ends, after all
  // else that is due and before the loop waits for events.
  virtual void at_round_end(Task task) = 0;
};

}  // namespace voiceagent::net
