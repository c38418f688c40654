// Reports calls that do not return, from another thread than theirs: it only reads the boards. What
// is shorter the session reports once it is over.
#pragma once

#include <memory>

#include "core/watch/call_board.h"
#include "voiceagent/executor.h"
#include "voiceagent/log.h"

namespace voiceagent {

class StuckCalls {
 public:
  // Looks on `reporter`, which goes with this object, or else runs on the same thread; null: nobody
  // does. Any thread makes it and destroys it, the reporter's too.
  StuckCalls(std::shared_ptr<Executor> reporter, std::shared_ptr<Logger> logger);
  ~StuckCalls();
  StuckCalls(const StuckCalls&) = delete;
  StuckCalls& operator=(const StuckCalls&) = delete;

  // Looks at that board, too, as long as there is one. Any thread.
  void watch(const std::shared_ptr<CallBoard>& board);

 private:
  struct Boards;
  static void look_later(Executor* reporter, std::weak_ptr<Boards> boards);

  std::shared_ptr<Boards> boards_;
  std::shared_ptr<Executor> reporter_;
};

}  // namespace voiceagent
