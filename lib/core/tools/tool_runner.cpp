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
constexpr std::size_t kMaxOverdue = 64;

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
  for (const Running& call : running_) {
    if (call.line != nullptr) call.line->let_go();
  }
  forget_overdue(0);
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
    report(rejected, ToolState::kRejected,
           error_text(ToolState::kRejected, why, limits_.max_tool_result_bytes));
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
  if (same != nullptr) return join(turn, call, *same);
  launch(turn, call, *tool, std::move(*arguments));
}

void ToolRunner::join(TurnId turn, const ContextCall& call, const Running& other) {
  Running joined;
  joined.number = ++last_number_;
  joined.turn = turn;
  joined.call = call;
  joined.tool = other.tool;
  joined.started = now();
  joined.joined = other.number;
  running_.push_back(std::move(joined));
}

// A model that was told of a time-out, or was interrupted, tries again while the handler still
// works: it must not do so twice. One that was told to stop isn't waited for. False: there is no
// such call.
bool ToolRunner::start_overdue(TurnId turn, const ContextCall& call, const Tool& tool,
                               const Json& arguments) {
  if (tool.duplicates == ToolDuplicates::kAllow) return false;
  const auto found = std::ranges::find_if(overdue_, [&](const std::shared_ptr<ToolLine>& line) {
    return line->options().tool == tool.name && same_json(line->options().arguments, arguments);
  });
  if (found == overdue_.end()) return false;
  const bool stops = (*found)->told_to_stop();
  if (stops || tool.duplicates == ToolDuplicates::kReject) {
    const std::string what = stops ? "was cut off" : "has timed out";
    reject(turn, {call},
           "the same call " + what + " but still works, as " + (*found)->options().call_id);
    return true;
  }
  listener_.tool_started(turn, call);
  Running again;
  again.number = (*found)->options().number;
  again.turn = turn;
  again.call = call;
  again.tool = &tool;
  again.started = now();
  again.line = std::move(*found);
  overdue_.erase(found);
  again.line->extend(time_after(ports_.executor->now(), tool.deadline));
  watch(again);
  running_.push_back(std::move(again));
  return true;
}

void ToolRunner::launch(TurnId turn, const ContextCall& call, const Tool& tool, Json arguments) {
  const std::uint64_t number = ++last_number_;
  Running running;
  running.number = number;
  running.turn = turn;
  running.call = call;
  running.tool = &tool;
  running.started = now();
  const Time deadline = time_after(ports_.executor->now(), tool.deadline);
  ToolLineOptions options{call.tool, call.id, session_id_, number, std::move(arguments), deadline};
  const auto line = running.line = std::make_shared<ToolLine>(
      std::move(options), ports_, workers_, static_cast<ToolLineListener&>(*this));
  watch(running);
  running_.push_back(std::move(running));
  if (tool.handler == nullptr) return done(number, R"({"state":"done"})");
  line->begin(tool.handler);
}

void ToolRunner::watch(Running& call) {
  call.timer = std::make_unique<PartTimer>(
      *ports_.executor, [this, number = call.number] { time_out(number); }, ports_.entrance);
  call.timer->arm(call.tool->deadline);
}

void ToolRunner::time_out(std::uint64_t number) {
  const Running& late = *find(number);
  const auto ms = late.tool->deadline.count() / 1'000'000;
  end(number, ToolState::kTimedOut,
      error_text(
          ToolState::kTimedOut,
          "no result within " + std::to_string(ms) + " ms; what was begun may still take effect",
          limits_.max_tool_result_bytes));
}

// Its handler works on.
void ToolRunner::keep_overdue(std::shared_ptr<ToolLine> line) {
  overdue_.push_back(std::move(line));
  forget_overdue(kMaxOverdue);
}

// All but the newest ones.
void ToolRunner::forget_overdue(std::size_t most) {
  while (overdue_.size() > most) {
    overdue_.front()->let_go();
    overdue_.erase(overdue_.begin());
  }
}

ToolRunner::Running* ToolRunner::find(std::uint64_t number) {
  const auto found = std::ranges::find(running_, number, &Running::number);
  return found == running_.end() ? nullptr : &*found;
}

const ToolRunner::Running* ToolRunner::same_call(const Tool& tool, const Json& arguments) const {
  const auto found = std::ranges::find_if(running_, [&](const Running& other) {
    return other.tool == &tool && other.line != nullptr &&
           same_json(other.line->options().arguments, arguments);
  });
  return found == running_.end() ? nullptr : &*found;
}

void ToolRunner::line_answered(std::uint64_t call, Result<std::string> result) {
  if (find(call) == nullptr) {
    std::erase_if(overdue_, [call](const auto& line) { return line->options().number == call; });
    return;
  }
  if (result.ok()) return done(call, std::move(*result));
  end(call, ToolState::kFailed,
      error_text(ToolState::kFailed, result.status().message(), limits_.max_tool_result_bytes));
}

void ToolRunner::line_progress(std::uint64_t call, std::string_view text, ToolProgress how) {
  const Running* running = find(call);
  if (running == nullptr) return;
  if (running->late) how = ToolProgress::kShown;
  const ContextCall copy = running->call;
  listener_.tool_progress(running->turn, copy, text, how);
}

void ToolRunner::done(std::uint64_t number, std::string result) {
  const Running& call = *find(number);
  result = result_text(result, limits_.max_tool_result_bytes);
  if (call.tool->effect == ToolEffect::kNone) return end(number, ToolState::kDone, result);
  const std::string value = effect_value(*call.tool, call.line->options().arguments);
  const Status status = listener_.tool_effect(ContextCall(call.call), *call.tool, value, result);
  if (status.ok()) return end(number, ToolState::kDone, result);
  end(number, ToolState::kFailed,
      error_text(ToolState::kFailed, status.message(), limits_.max_tool_result_bytes));
}

// Ends a call, and those that have joined it.
void ToolRunner::end(std::uint64_t number, ToolState state, std::string_view result) {
  const std::string text(result);
  const auto ended = [number](const Running& r) {
    return r.number == number || r.joined == number;
  };
  for (auto next = std::ranges::find_if(running_, ended); next != running_.end();
       next = std::ranges::find_if(running_, ended)) {
    const Running call = std::move(*next);
    running_.erase(next);
    const bool answered = state != ToolState::kTimedOut && state != ToolState::kCancelled;
    if (call.line != nullptr && answered) call.line->let_go();
    if (call.line != nullptr && !answered) keep_overdue(call.line);
    report(call, state, text);
  }
  check_over();
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
  const std::string text =
      error_text(ToolState::kCancelled, "the user interrupted", limits_.max_tool_result_bytes);
  for (auto next = std::ranges::find_if(running_, unwanted); next != running_.end();
       next = std::ranges::find_if(running_, unwanted)) {
    if (next->line != nullptr) next->line->cancel();
    end(next->joined != 0 ? next->joined : next->number, ToolState::kCancelled, text);
  }
}

void ToolRunner::close() {
  round_ = false;
  filler_timer_.cancel();
  for (Running& call : running_) call.late = true;
  const std::string text =
      error_text(ToolState::kCancelled, "the conversation ended", limits_.max_tool_result_bytes);
  while (!running_.empty()) {
    const Running& call = running_.front();
    const bool stops = interruption_of(*call.tool) == ToolInterruption::kCancel;
    if (call.line != nullptr && stops) call.line->cancel();
    end(call.joined != 0 ? call.joined : call.number, ToolState::kCancelled, text);
  }
  forget_overdue(0);
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
