// A call between the session and its handler: the session's end lives on its executor, the
// handler's end on any thread and for as long as the handler likes.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "core/stream/stream_port.h"
#include "voiceagent/tool.h"

namespace voiceagent {

// What a line tells; on the session's executor.
class ToolLineListener {
 public:
  virtual void line_answered(std::uint64_t call, Result<std::string> result) = 0;
  virtual void line_progress(std::uint64_t call, std::string_view text, ToolProgress how) = 0;

 protected:
  ~ToolLineListener() = default;
};

struct ToolLineOptions {
  std::string tool;
  std::string call_id;
  std::string session_id;
  std::uint64_t number = 0;
  Json arguments;
};

class ToolLine : public std::enable_shared_from_this<ToolLine> {
 public:
  ToolLine(ToolLineOptions options, const PortContext& ports, std::shared_ptr<WorkerPool> workers,
           ToolLineListener& listener);

  // Calls `handler`. Session's executor.
  void begin(const ToolHandler& handler);
  // The handler is to stop. Any thread.
  void cancel() { cancelled_ = true; }
  bool told_to_stop() const { return cancelled_; }
  // Somebody waits for it until then; from the beginning nobody does. Session's executor.
  void wait_until(Time deadline) { deadline_ = deadline.time_since_epoch().count(); }
  // Nothing more is told. Session's executor.
  void let_go() { listener_ = nullptr; }
  bool listened_to() const { return listener_ != nullptr; }
  const ToolLineOptions& options() const { return options_; }

 private:
  class Reply;

  bool cancelled() const;
  void progress(std::string_view text, ToolProgress how);
  void answer(Result<std::string> result);
  void drop();
  void log(LogLevel level, std::string_view what) const;
  template <class F>
  void deliver(F f);

  const ToolLineOptions options_;
  // A handler that keeps its call must not keep the executor: that may keep the handler.
  const std::weak_ptr<Executor> executor_;
  const std::shared_ptr<WorkerPool> workers_;
  const std::shared_ptr<Logger> logger_;
  Entrance* const entrance_;
  const std::shared_ptr<CallBoard> board_;
  ToolLineListener* listener_;
  std::atomic<Duration::rep> deadline_{0};
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> answered_{false};
  std::atomic<int> reports_{0};  // of progress, on their way
};

}  // namespace voiceagent
