#include "core/tools/tool_line.h"

#include <utility>

#include "base/utf8.h"
#include "core/tools/call_handler.h"

namespace voiceagent {
namespace {

constexpr int kMaxReports = 16;
constexpr std::size_t kMaxReportBytes = 1000;

}  // namespace

// What the handler holds. The last one to let go of it without an answer has dropped the call.
class ToolLine::Reply final : public ToolReply, public std::enable_shared_from_this<Reply> {
 public:
  explicit Reply(std::shared_ptr<ToolLine> line) : line_(std::move(line)) {}
  ~Reply() override { line_->drop(); }
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  const std::string& call_id() const override { return line_->options_.call_id; }
  const std::string& session_id() const override { return line_->options_.session_id; }
  std::uint64_t number() const override { return line_->options_.number; }
  const Json& arguments() const override { return line_->options_.arguments; }
  bool cancelled() const override { return line_->cancelled(); }
  void progress(std::string_view text, ToolProgress how) override { line_->progress(text, how); }
  void answer(Result<std::string> result) override { line_->answer(std::move(result)); }
  Status run(Task work) override {
    return line_->workers_->submit(
        [self = shared_from_this(), work = std::move(work)]() mutable { call_work(work, *self); });
  }

 private:
  const std::shared_ptr<ToolLine> line_;
};

ToolLine::ToolLine(ToolLineOptions options, const PortContext& ports,
                   std::shared_ptr<WorkerPool> workers, ToolLineListener& listener)
    : options_(std::move(options)),
      executor_(ports.executor),
      workers_(std::move(workers)),
      logger_(ports.logger),
      entrance_(ports.entrance),
      board_(ports.board),
      listener_(&listener) {}

void ToolLine::begin(const ToolHandler& handler) {
  const auto reply = std::make_shared<Reply>(shared_from_this());
  const CallOwner owner = board_ != nullptr ? board_->owner("tool", options_.tool) : CallOwner{0};
  const Call call(board_.get(), {owner, CallWhat::kHandler});
  call_handler(handler, reply);
}

bool ToolLine::cancelled() const {
  if (cancelled_) return true;
  const std::shared_ptr<Executor> executor = executor_.lock();
  return executor != nullptr && executor->now().time_since_epoch().count() >= deadline_;
}

// Runs `f(ToolLineListener&)` on the executor, unless the session has let go by then.
template <class F>
void ToolLine::deliver(F f) {
  const std::shared_ptr<Executor> executor = executor_.lock();
  if (executor == nullptr) return;
  executor->post([self = shared_from_this(), f = std::move(f)]() mutable {
    if (self->listener_ == nullptr) return;
    const Inside inside(self->entrance_);
    f(*self->listener_);
  });
}

void ToolLine::progress(std::string_view text, ToolProgress how) {
  if (answered_ || text.empty()) return;
  if (reports_.fetch_add(1) >= kMaxReports) {
    reports_.fetch_sub(1);
    return;
  }
  deliver([this, text = std::string(truncate_utf8(sanitize_utf8(text), kMaxReportBytes)),
           how](ToolLineListener& listener) {
    reports_.fetch_sub(1);
    listener.line_progress(options_.number, text, how);
  });
}

void ToolLine::answer(Result<std::string> result) {
  if (answered_.exchange(true)) return log(LogLevel::kWarning, "was answered again; ignored");
  if (cancelled()) log(LogLevel::kInfo, "was answered too late");
  deliver([number = options_.number, result = std::move(result)](ToolLineListener& l) mutable {
    l.line_answered(number, std::move(result));
  });
}

void ToolLine::drop() {
  if (!answered_) answer(dropped_call());
}

void ToolLine::log(LogLevel level, std::string_view what) const {
  if (!logger_->wants(level)) return;
  logger_->write(
      level, "tools",
      "call " + options_.call_id + " of tool '" + options_.tool + "' " + std::string(what));
}

}  // namespace voiceagent
