// The tool runner: runs the calls of a session's model, and sees to it that each one ends, once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/stream/part_timer.h"
#include "core/tools/overdue_calls.h"
#include "core/tools/tool_box.h"
#include "core/tools/tool_line.h"
#include "voiceagent/agent.h"
#include "voiceagent/events.h"
#include "voiceagent/session.h"

namespace voiceagent {

// How a call ended.
struct ToolEnd {
  TurnId turn = 0;  // whose reply made the call
  const ContextCall& call;
  const Tool* tool = nullptr;  // null: there is none of that name
  ToolState state = ToolState::kDone;
  std::string_view result;  // for the model
  Duration duration{0};
  bool late = false;  // its reply was over before
};

// What the runner tells the session; on its executor.
class ToolRunnerListener {
 public:
  virtual void tool_started(TurnId turn, const ContextCall& call) = 0;
  // The call is done, and the tool has an effect: it takes place, or the call has failed after all.
  virtual Status tool_effect(const ContextCall& call, const Tool& tool, std::string_view value,
                             std::string_view result) = 0;
  virtual void tool_ended(const ToolEnd& end) = 0;
  virtual void tool_progress(TurnId turn, const ContextCall& call, std::string_view text,
                             ToolProgress how) = 0;
  // It takes long: says `text`, unless something is being said. Whether it did.
  virtual bool tool_filler(std::string_view text) = 0;
  // All calls of the present reply have ended. Only after run() has returned.
  virtual void tools_over() = 0;

 protected:
  ~ToolRunnerListener() = default;
};

class ToolRunner final : private ToolLineListener {
 public:
  // `box` may be null.
  ToolRunner(PortContext ports, std::shared_ptr<WorkerPool> workers,
             std::shared_ptr<const ToolBox> box, const LimitOptions& limits, std::string session_id,
             ToolRunnerListener& listener);
  ~ToolRunner();

  // Runs the calls that the reply of `turn` makes, as far as they can be run; those of earlier
  // replies go on as leave() has it. REQUIRES: !waiting().
  void run(TurnId turn, const std::vector<ContextCall>& calls);
  // Rejects them instead.
  void reject(TurnId turn, const std::vector<ContextCall>& calls, const std::string& why);
  // The reply is over: each of its calls that still runs goes the way of its tool.
  void leave();
  // The session closes: calls end as cancelled. Handlers that may finish are not disturbed.
  void close();

  // Whether the present reply waits for calls.
  bool waiting() const;
  // Whether no call runs, of whatever reply.
  bool idle() const { return running_.empty(); }
  // Whether a call that the reply waits for protects it from interruptions.
  bool uninterruptible() const;

 private:
  struct Running {
    std::uint64_t number = 0;
    TurnId turn = 0;
    ContextCall call;
    const Tool* tool = nullptr;
    Duration started{0};
    std::shared_ptr<ToolLine> line;      // of all that have joined each other
    bool late = false;                   // its reply is over
    std::unique_ptr<PartTimer> timer{};  // half of its deadline, then all
  };

  void line_answered(std::uint64_t line, Result<std::string> result) override;
  void line_progress(std::uint64_t line, std::string_view text, ToolProgress how) override;

  void start(TurnId turn, const ContextCall& call);
  void launch(TurnId turn, const ContextCall& call, const Tool& tool, Json arguments);
  bool start_overdue(TurnId turn, const ContextCall& call, const Tool& tool, const Json& arguments);
  void wait_for(std::shared_ptr<ToolLine> line, TurnId turn, const ContextCall& call,
                const Tool& tool, std::uint64_t number);
  void look(std::uint64_t number);
  void time_out(const Running& call);
  const Running* first_of(std::uint64_t line) const;
  const Running* same_call(const Tool& tool, const Json& arguments) const;
  void answered(std::uint64_t line, Result<std::string> result);
  void end(std::uint64_t number, ToolState state, std::string_view result);
  void report(const Running& call, ToolState state, std::string_view result);
  void check_over();
  void plan_filler();
  void say_filler();
  std::string failure(ToolState state, std::string_view message) const;
  Time time() const { return ports_.executor->now(); }
  Duration now() const { return time().time_since_epoch(); }

  const PortContext ports_;
  const std::shared_ptr<WorkerPool> workers_;
  const std::shared_ptr<const ToolBox> box_;
  const LimitOptions& limits_;
  const std::string session_id_;
  ToolRunnerListener& listener_;
  std::vector<Running> running_;
  OverdueCalls overdue_;
  std::uint64_t last_number_ = 0;
  bool round_ = false;        // tools_over() is still to come
  bool starting_ = false;     // run() is on the stack
  std::string filler_;        // to be said
  Duration filler_delay_{0};  // after the round began, or after the last look
  PartTimer filler_timer_;
};

}  // namespace voiceagent
