// Writes a summary of the oldest part of a conversation, by asking the model between turns.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/stream/llm_port.h"
#include "core/stream/part_timer.h"

namespace voiceagent {

class Summariser final : private LlmListener {
 public:
  // Takes the summary, or what went wrong; on the session's executor.
  using Done = std::function<void(Result<std::string> summary)>;

  Summariser(PortContext ports, std::shared_ptr<LlmProvider> provider, Duration stall_timeout,
             std::string language, std::string session_id);
  ~Summariser();

  // Asks for a summary of `messages`, which are copied; `done` is called once, later. REQUIRES:
  // !busy().
  void ask(std::span<const Message> messages, Done done);
  bool busy() const { return port_ != nullptr; }
  // Nothing more is told.
  void cancel();

 private:
  void llm_delta(std::string_view text) override;
  void llm_intent(const event::IntentRecognised&) override {}
  void llm_tool_call(const ContextCall&) override {}
  void llm_done(const Usage& usage, FinishReason reason) override;
  void stream_failed(Status status) override;
  void stream_closed() override;
  void finish(Result<std::string> result);

  const PortContext ports_;
  const std::shared_ptr<LlmProvider> provider_;
  const Duration stall_timeout_;
  const std::string language_;
  const std::string session_id_;
  std::shared_ptr<LlmPort> port_;
  std::string text_;
  Done done_;
  PartTimer watchdog_;
};

}  // namespace voiceagent
