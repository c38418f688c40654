#include "core/tools/tool_runner.h"

#include <algorithm>
#include <utility>

#include "base/timer_queue.h"
#include "core/tools/same_json.h"
#include "core/tools/tool_effects.h"
#include "core/tools/tool_result.h"

namespace voiceagent {
namespace {

constexpr std::size_t kMaxRunning = 64;  // of a session, those of earlier replies included

ToolInterruption interruption_of(const Tool& tool) {
  // Nobody is hung up on, or handed over, who has said something else meanwhile.
  return tool.effect == ToolEffect::kNone ? tool.interruption : ToolInterruption::kCancel;
}

}  // namespace

ToolRunner::ToolRunner(PortContext ports, std::shared_ptr<WorkerPool> workers,
                       std::shared_ptr<const ToolBox> box, const LimitOptions& limits,
                       std::string session_id, ToolRunnerListener& listener)
    : ports_(std::move(ports)),
      workers_(std::move(workers)),
      box_(std::move(box)),
      limits_(limits),
      session_id_(std::move(session_id)),
      listener_(listener),
      filler_timer_(
          *ports_.executor, [this] { say_filler(); }, ports_.entrance) {}

ToolRunner::~ToolRunner() {
  for (const Running& call : running_) call.line->let_go();
}

void ToolRunner::run(TurnId turn, const std::vector<ContextCall>& calls) {
  starting_ = round_ = true;
  const auto most = static_cast<std::size_t>(limits_.max_tool_calls);
  for (std::size_t i = 0; i < std::min(most, calls.size()); ++i) start(turn, calls[i]);
  if (calls.size() > most) {
    reject(turn, {calls.begin() + static_cast<std::ptrdiff_t>(most), calls.end()},
           "at most " + std::to_string(most) + " tools may be called at once: call it again later");
  }
  starting_ = false;
  plan_filler();
  check_over();
}

void ToolRunner::reject(TurnId turn, const std::vector<ContextCall>& calls,
                        const std::string& why) {
  for (const ContextCall& call : calls) {
    Running rejected;
    rejected.turn = turn;
    rejected.call = call;
    rejected.tool = box_ == nullptr ? nullptr : box_->find(call.tool);
    rejected.started = now();
    listener_.tool_started(turn, call);
    report(rejected, ToolState::kRejected, failure(ToolState::kRejected, why));
  }
}

void ToolRunner::start(TurnId turn, const ContextCall& call) {
  const Tool* tool = box_ == nullptr ? nullptr : box_->find(call.tool);
  if (tool == nullptr) return reject(turn, {call}, "there is no tool '" + call.tool + "'");
  Result<Json> arguments = box_->arguments(*tool, call.arguments);
  if (!arguments.ok()) return reject(turn, {call}, arguments.status().message());
  if (running_.size() >= kMaxRunning) {
    return reject(turn, {call}, "64 calls still run: call it again when some have ended");
  }
  const Running* same =
      tool->duplicates == ToolDuplicates::kAllow ? nullptr : same_call(*tool, *arguments);
  if (same != nullptr && tool->duplicates == ToolDuplicates::kReject) {
    return reject(turn, {call}, "the same call runs already, as " + same->call.id);
  }
  if (same == nullptr && start_overdue(turn, call, *tool, *arguments)) return;
  listener_.tool_started(turn, call);
  if (same != nullptr) return wait_for(same->line, turn, call, *tool, ++last_number_);
  launch(turn, call, *tool, std::move(*arguments));
}

// A model that was told of a time-out, or was interrupted, tries again while the handler still
// works, or has just finished: it must not do so twice. One that was told to stop isn't waited for.
// False: there is no such call.
bool ToolRunner::start_overdue(TurnId turn, const ContextCall& call, const Tool& tool,
                               const Json& arguments) {
  if (tool.duplicates == ToolDuplicates::kAllow) return false;
  const OverdueCall* const found = overdue_.find(tool.name, arguments, time());
  if (found == nullptr) return false;
  const bool stops = found->line->told_to_stop();
  if (stops || (!found->result && tool.duplicates == ToolDuplicates::kReject)) {
    const std::string what = stops ? "was cut off" : "has timed out";
    reject(turn, {call},
           "the same call " + what + " but still works, as " + found->line->options().call_id);
    return true;
  }
  OverdueCall overdue = overdue_.take(found);
  const std::uint64_t line = overdue.line->options().number;
  listener_.tool_started(turn, call);
  wait_for(std::move(overdue.line), turn, call, tool, ++last_number_);
  if (overdue.result) answered(line, std::move(*overdue.result));
  return true;
}

void ToolRunner::launch(TurnId turn, const ContextCall& call, const Tool& tool, Json arguments) {
  const std::uint64_t number = ++last_number_;
  ToolLineOptions options{call.tool, call.id, session_id_, number, std::move(arguments)};
  const auto line = std::make_shared<ToolLine>(std::move(options), ports_, workers_,
                                               static_cast<ToolLineListener&>(*this));
  wait_for(line, turn, call, tool, number);
  if (tool.handler == nullptr) return answered(number, std::string(R"({"state":"done"})"));
  line->begin(tool.handler);
}

// Whoever joins a call has a deadline of its own, and so have those that were there before.
void ToolRunner::wait_for(std::shared_ptr<ToolLine> line, TurnId turn, const ContextCall& call,
                          const Tool& tool, std::uint64_t number) {
  line->wait_until(time_after(time(), tool.deadline));
  Running running;
  running.number = number;
  running.turn = turn;
  running.call = call;
  running.tool = &tool;
  running.started = now();
  running.line = std::move(line);
  running.timer = std::make_unique<PartTimer>(
      *ports_.executor, [this, number] { look(number); }, ports_.entrance);
  running.timer->arm(tool.deadline / 2);
  running_.push_back(std::move(running));
}

void ToolRunner::look(std::uint64_t number) {
  const Running& call = *std::ranges::find(running_, number, &Running::number);
  const Duration waited = now() - call.started;
  if (waited >= call.tool->deadline) return time_out(call);
  call.timer->arm(call.tool->deadline - waited);
  if (call.late || ports_.relay == nullptr) return;  // nobody waits for it
  ports_.relay->delayed({Stage::kTool, call.tool->name, waited});
}

void ToolRunner::time_out(const Running& call) {
  const auto ms = call.tool->deadline.count() / 1'000'000;
  end(call.number, ToolState::kTimedOut,
      failure(ToolState::kTimedOut, "no result within " + std::to_string(ms) +
                                        " ms; what was begun may still take effect"));
  check_over();
}

// The first one that waits for that line.
const ToolRunner::Running* ToolRunner::first_of(std::uint64_t line) const {
  const auto found = std::ranges::find(
      running_, line, [](const Running& call) { return call.line->options().number; });
  return found == running_.end() ? nullptr : &*found;
}

const ToolRunner::Running* ToolRunner::same_call(const Tool& tool, const Json& arguments) const {
  const auto found = std::ranges::find_if(running_, [&](const Running& other) {
    return other.tool == &tool && same_json(other.line->options().arguments, arguments);
  });
  return found == running_.end() ? nullptr : &*found;
}

void ToolRunner::line_answered(std::uint64_t line, Result<std::string> result) {
  if (first_of(line) != nullptr) return answered(line, std::move(result));
  if (result.ok()) result = result_text(*result, limits_.max_tool_result_bytes);
  overdue_.answered(line, std::move(result), time());
}

void ToolRunner::line_progress(std::uint64_t line, std::string_view text, ToolProgress how) {
  const Running* running = first_of(line);
  if (running == nullptr) return;
  if (running->late) how = ToolProgress::kShown;
  const ContextCall copy = running->call;
  listener_.tool_progress(running->turn, copy, text, how);
}

// Ends all calls that wait for the line.
void ToolRunner::answered(std::uint64_t line, Result<std::string> result) {
  const Running& call = *first_of(line);
  call.line->let_go();
  if (result.ok()) result = result_text(*result, limits_.max_tool_result_bytes);
  if (result.ok() && call.tool->effect != ToolEffect::kNone) {
    const std::string value = effect_value(*call.tool, call.line->options().arguments);
    const Status status = listener_.tool_effect(ContextCall(call.call), *call.tool, value, *result);
    if (!status.ok()) result = status;
  }
  const ToolState state = result.ok() ? ToolState::kDone : ToolState::kFailed;
  const std::string text = result.ok() ? *result : failure(state, result.status().message());
  while (const Running* const next = first_of(line)) end(next->number, state, text);
  check_over();
}

// Ends one call. A handler that nobody waits for any more works on.
void ToolRunner::end(std::uint64_t number, ToolState state, std::string_view result) {
  const auto found = std::ranges::find(running_, number, &Running::number);
  const Running call = std::move(*found);
  running_.erase(found);
  const bool last = std::ranges::find(running_, call.line, &Running::line) == running_.end();
  if (last && call.line->listened_to()) {
    if (call.tool->duplicates == ToolDuplicates::kAllow)
      call.line->let_go();
    else
      overdue_.keep(call.line);
  }
  report(call, state, result);
}

void ToolRunner::report(const Running& call, ToolState state, std::string_view result) {
  listener_.tool_ended(
      {call.turn, call.call, call.tool, state, result, now() - call.started, call.late});
}

void ToolRunner::check_over() {
  if (starting_ || !round_ || waiting()) return;
  round_ = false;
  filler_timer_.cancel();
  listener_.tools_over();
}

void ToolRunner::leave() {
  round_ = false;
  filler_timer_.cancel();
  for (Running& call : running_) call.late = true;
  const auto unwanted = [](const Running& call) {
    return interruption_of(*call.tool) == ToolInterruption::kCancel;
  };
  const std::string text = failure(ToolState::kCancelled, "the user interrupted");
  for (auto next = std::ranges::find_if(running_, unwanted); next != running_.end();
       next = std::ranges::find_if(running_, unwanted)) {
    next->line->cancel();
    end(next->number, ToolState::kCancelled, text);
  }
}

void ToolRunner::close() {
  round_ = false;
  filler_timer_.cancel();
  for (Running& call : running_) call.late = true;
  const std::string text = failure(ToolState::kCancelled, "the conversation ended");
  while (!running_.empty()) {
    const Running& call = running_.front();
    if (interruption_of(*call.tool) == ToolInterruption::kCancel) call.line->cancel();
    end(call.number, ToolState::kCancelled, text);
  }
  overdue_.clear();
}

std::string ToolRunner::failure(ToolState state, std::string_view message) const {
  return error_text(state, message, limits_.max_tool_result_bytes);
}

bool ToolRunner::waiting() const {
  return std::ranges::any_of(running_, [](const Running& call) { return !call.late; });
}

bool ToolRunner::uninterruptible() const {
  return std::ranges::any_of(
      running_, [](const Running& call) { return !call.late && !call.tool->interruptible; });
}

// The filler that comes first.
void ToolRunner::plan_filler() {
  filler_.clear();
  for (const Running& call : running_) {
    if (call.late || call.tool->filler.empty()) continue;
    if (!filler_.empty() && filler_delay_ <= call.tool->filler_delay) continue;
    filler_ = call.tool->filler;
    filler_delay_ = call.tool->filler_delay;
  }
  if (!filler_.empty()) filler_timer_.arm(filler_delay_);
}

void ToolRunner::say_filler() {
  constexpr Duration kLeast{100'000'000};
  if (!listener_.tool_filler(filler_)) filler_timer_.arm(std::max(filler_delay_, kLeast));
}

}  // namespace voiceagent
