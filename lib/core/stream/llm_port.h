// A model's reply, on the session's executor.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/characters.h"
#include "core/stream/stream_port.h"
#include "core/stream/utf8_mender.h"
#include "voiceagent/event_copy.h"
#include "voiceagent/llm.h"
#include "voiceagent/session.h"

namespace voiceagent {

class LlmListener {
 public:
  virtual void llm_delta(std::string_view text) = 0;
  virtual void llm_intent(const event::IntentRecognised& intent) = 0;
  virtual void llm_tool_call(const ContextCall& call) = 0;
  virtual void llm_done(const Usage& usage, FinishReason reason) = 0;
  virtual void stream_failed(Status status) = 0;
  virtual void stream_closed() = 0;

 protected:
  ~LlmListener() = default;
};

class LlmPort final : public StreamPort<LlmPort, LlmProvider, LlmStream, LlmListener>,
                      public LlmSink {
 public:
  // Asks the model. Session's executor.
  static Result<std::shared_ptr<LlmPort>> open(const PortContext& context,
                                               std::shared_ptr<LlmProvider> provider,
                                               const LlmRequest& request, LlmListener& listener) {
    std::shared_ptr<LlmPort> port(new LlmPort(context, std::move(provider), listener));
    const bool asked = !request.messages.empty();
    port->owed_ = asked && request.messages.back().role == Role::kUser;
    port->begins_ = !asked || request.messages.back().role != Role::kAssistant;
    if (Status status = port->start(request); !status.ok()) return status;
    return port;
  }

  void delta(std::string_view text) override {
    deliver([this, piece = sanitize_utf8(text)](LlmListener& l) {
      const std::string_view words = text::without_leading_space(piece);
      if (words.empty()) return keep_blanks(piece);
      const std::string before = std::exchange(blanks_, {});
      if (std::exchange(begins_, false)) return give(l, words);
      if (before.empty()) return give(l, piece);
      give(l, before + piece);
    });
  }
  void intent(const Intent& intent) override {
    Utf8Mender mend;
    std::vector<Slot> slots;
    for (const Slot& slot : intent.slots) slots.push_back({mend(slot.name), mend(slot.value)});
    const event::IntentRecognised understood{mend(intent.name), intent.confidence, slots};
    deliver([this, owned = copy(understood)](LlmListener& l) {
      owed_ = false;
      l.llm_intent(*owned);
    });
  }
  void tool_call(const ToolCall& call) override {
    deliver([this, owned = ContextCall{sanitize_utf8(call.id), sanitize_utf8(call.name),
                                       sanitize_utf8(call.arguments)}](LlmListener& l) {
      owed_ = false;
      l.llm_tool_call(owned);
    });
  }
  void done(const Usage& usage, FinishReason reason) override {
    deliver([this, usage, reason](LlmListener& l) {
      if (!owed_) return l.llm_done(usage, reason);
      l.stream_failed({ErrorCode::kProtocol, "the model's answer is empty"});
    });
  }
  void error(const ProviderError& error) override { deliver_error(error); }
  void closed() override { deliver_closed(); }

 private:
  using StreamPort::StreamPort;

  // All on the executor.
  void give(LlmListener& listener, std::string_view text) {
    owed_ = false;
    listener.llm_delta(text);
  }
  // Blanks are given with the word after them, if one comes: they are no sign of life.
  void keep_blanks(std::string_view blanks) {
    constexpr std::size_t kMost = 64;
    if (!begins_ && blanks_.size() + blanks.size() <= kMost) blanks_ += blanks;
  }

  bool owed_ = false;    // the user's words are to be answered, and nothing has come yet
  bool begins_ = false;  // no word has come, nor is a reply gone on with: blanks are left out
  std::string blanks_;   // that came since the latest word
};

}  // namespace voiceagent
