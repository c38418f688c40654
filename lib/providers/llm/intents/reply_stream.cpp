#include "providers/llm/intents/reply_stream.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace voiceagent::intents {
namespace {

// Lives until its last task has run; exactly one is always posted until closed() was called.
class Reply : public std::enable_shared_from_this<Reply> {
 public:
  Reply(Answer answer, std::shared_ptr<const void> keep, Executor& executor, LlmSink& sink)
      : answer_(std::move(answer)), keep_(std::move(keep)), executor_(executor), sink_(sink) {}

  void post_next() {
    executor_.post([self = shared_from_this()] { self->step(); });
  }
  void cancel() { cancelled_ = true; }

 private:
  void step() {
    if (cancelled_ || finished_) return sink_.closed();
    if (!told_intent_ && !answer_.goes_on) {
      told_intent_ = true;
      tell_intent();
    } else if (at_ < answer_.text.size()) {
      tell_word();
    } else {
      finished_ = true;
      const bool calls = !answer_.tool.empty();
      if (calls) sink_.tool_call({{}, answer_.tool, answer_.arguments});
      sink_.done({}, calls ? FinishReason::kToolCalls : FinishReason::kStop);
    }
    post_next();
  }

  void tell_intent() {
    std::vector<Slot> slots;
    for (const MatchedSlot& slot : answer_.match.slots) slots.push_back({slot.name, slot.value});
    const IntentDefinition* intent = answer_.match.intent;
    sink_.intent({intent == nullptr ? std::string_view() : std::string_view(intent->name),
                  answer_.match.score, slots});
  }

  // A word and the space after it.
  void tell_word() {
    const std::string_view rest = std::string_view(answer_.text).substr(at_);
    const std::size_t space = std::min(rest.find(' '), rest.size());
    const std::size_t end = std::min(rest.find_first_not_of(' ', space), rest.size());
    at_ += end;
    sink_.delta(rest.substr(0, end));
  }

  const Answer answer_;
  const std::shared_ptr<const void> keep_;
  Executor& executor_;
  LlmSink& sink_;
  std::atomic<bool> cancelled_{false};  // Told on the session's executor as a rule, not always.
  bool told_intent_ = false;
  bool finished_ = false;
  std::size_t at_ = 0;
};

class ReplyStream : public LlmStream {
 public:
  explicit ReplyStream(std::shared_ptr<Reply> reply) : reply_(std::move(reply)) {}
  void cancel() override { reply_->cancel(); }

 private:
  std::shared_ptr<Reply> reply_;
};

}  // namespace

std::unique_ptr<LlmStream> stream_answer(Answer answer, std::shared_ptr<const void> keep,
                                         Executor& executor, LlmSink& sink) {
  auto reply = std::make_shared<Reply>(std::move(answer), std::move(keep), executor, sink);
  reply->post_next();
  return std::make_unique<ReplyStream>(std::move(reply));
}

}  // namespace voiceagent::intents
