#include "sim/record/recording_tools.h"

#include <atomic>
#include <string>
#include <utility>

#include "core/tools/call_handler.h"
#include "sim/record/sink_code.h"
#include "sim/record/sink_notes.h"

namespace voiceagent {
namespace {

// A call, between the handler and the session. Any thread.
class RecordingReply final : public ToolReply {
 public:
  RecordingReply(std::shared_ptr<ToolReply> real, std::shared_ptr<RecordingExecutor> executor)
      : real_(std::move(real)), notes_(std::move(executor), StreamKind::kTool, real_->number()) {}
  // A call that is dropped is answered by that; the session would notice on its own, unnoted.
  ~RecordingReply() override {
    if (!answered_) answer(dropped_call());
  }
  RecordingReply(const RecordingReply&) = delete;
  RecordingReply& operator=(const RecordingReply&) = delete;

  const std::string& call_id() const override { return real_->call_id(); }
  const std::string& session_id() const override { return real_->session_id(); }
  std::uint64_t number() const override { return real_->number(); }
  const Json& arguments() const override { return real_->arguments(); }
  bool cancelled() const override { return real_->cancelled(); }
  void progress(std::string_view text, ToolProgress how) override {
    const auto args = [&](ByteWriter& out) {
      out.text(text);
      out.choice(how);
    };
    notes_.note(SinkCall::kToolProgress, args, [&] { real_->progress(text, how); });
  }
  void answer(Result<std::string> result) override {
    answered_ = true;
    notes_.note(
        SinkCall::kToolAnswer, [&](ByteWriter& out) { write_tool_answer(out, result); },
        [&] { real_->answer(std::move(result)); });
  }
  Status run(Task work) override { return real_->run(std::move(work)); }

 private:
  const std::shared_ptr<ToolReply> real_;
  SinkNotes notes_;
  std::atomic<bool> answered_{false};
};

}  // namespace

std::vector<Tool> recording_tools(const std::vector<Tool>& real,
                                  const std::shared_ptr<RecordingExecutor>& executor) {
  std::vector<Tool> recorded = real;
  for (Tool& tool : recorded) {
    if (tool.handler == nullptr) continue;
    tool.handler = [handler = std::move(tool.handler), executor](std::shared_ptr<ToolReply> reply) {
      call_handler(handler, std::make_shared<RecordingReply>(std::move(reply), executor));
    };
  }
  return recorded;
}

void write_tools(JsonWriter& json, const std::vector<Tool>& tools) {
  json.begin_array();
  for (const Tool& tool : tools) {
    json.begin_object().field("name", tool.name).field("description", tool.description);
    json.field("parameters", tool.parameters).field("handler", tool.handler != nullptr);
    json.field("deadline", std::int64_t{tool.deadline.count()});
    json.field("interruption", static_cast<int>(tool.interruption));
    json.field("duplicates", static_cast<int>(tool.duplicates));
    json.field("filler", tool.filler);
    json.field("filler_delay", std::int64_t{tool.filler_delay.count()});
    json.field("interruptible", tool.interruptible);
    json.field("effect", static_cast<int>(tool.effect));
    json.field("effect_value", tool.effect_value).end_object();
  }
  json.end_array();
}

std::vector<Tool> read_tools(const Json& json) {
  std::vector<Tool> tools;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const Json one = json.at(i);
    Tool tool;
    tool.name = one["name"].string();
    tool.description = one["description"].string();
    tool.parameters = one["parameters"].string();
    if (one["handler"].boolean()) tool.handler = [](const std::shared_ptr<ToolReply>&) {};
    tool.deadline = Duration(one["deadline"].integer());
    tool.interruption = static_cast<ToolInterruption>(one["interruption"].integer());
    tool.duplicates = static_cast<ToolDuplicates>(one["duplicates"].integer());
    tool.filler = one["filler"].string();
    tool.filler_delay = Duration(one["filler_delay"].integer());
    tool.interruptible = one["interruptible"].boolean(true);
    tool.effect = static_cast<ToolEffect>(one["effect"].integer());
    tool.effect_value = one["effect_value"].string();
    tools.push_back(std::move(tool));
  }
  return tools;
}

}  // namespace voiceagent
