// A model from a blocking function.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/providers/function_stream.h"
#include "voiceagent/llm.h"

namespace voiceagent {
namespace {

using Function = std::function<Status(std::span<const Message> messages, const EmitText& emit)>;

// Messages that own their texts.
class Conversation {
 public:
  explicit Conversation(std::span<const Message> messages) {
    texts_.reserve(messages.size());
    for (const Message& message : messages) {
      texts_.emplace_back(message.text);
      messages_.push_back({message.role, texts_.back(), message.interrupted});
    }
  }
  std::span<const Message> messages() const { return messages_; }

 private:
  std::vector<std::string> texts_;
  std::vector<Message> messages_;
};

class Stream final : public LlmStream {
 public:
  Stream(const LlmRequest& request, std::shared_ptr<const Function> function, LlmSink& sink)
      : jobs_(std::make_shared<FunctionJobs<LlmSink>>(request.context, sink)) {
    auto conversation = std::make_unique<Conversation>(request.messages);
    jobs_->run([function = std::move(function), conversation = std::move(conversation)](
                   FunctionJobs<LlmSink>& jobs, LlmSink& out) {
      const EmitText emit = [&jobs, &out](std::string_view text) {
        if (!jobs.cancelled() && !text.empty()) out.delta(text);
        return !jobs.cancelled();
      };
      const Status status = (*function)(conversation->messages(), emit);
      if (!status.ok()) return jobs.fail(status);
      out.done({}, FinishReason::kStop);
    });
    jobs_->close();
  }
  void cancel() override { jobs_->cancel(); }

 private:
  const std::shared_ptr<FunctionJobs<LlmSink>> jobs_;
};

class Provider final : public LlmProvider {
 public:
  explicit Provider(Function function)
      : function_(std::make_shared<const Function>(std::move(function))) {}
  Result<std::unique_ptr<LlmStream>> start(const LlmRequest& request, LlmSink& sink) override {
    return std::unique_ptr<LlmStream>(std::make_unique<Stream>(request, function_, sink));
  }

 private:
  const std::shared_ptr<const Function> function_;
};

}  // namespace

std::shared_ptr<LlmProvider> llm_from_function(Function function) {
  return std::make_shared<Provider>(std::move(function));
}

}  // namespace voiceagent
