// The responder: asks the model, and cuts its reply into clauses for speech.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/stream/llm_port.h"
#include "core/stream/part_timer.h"
#include "core/stream/word_pace.h"
#include "core/text/clause_splitter.h"
#include "voiceagent/events.h"

namespace voiceagent {

// What the responder tells the session; on its executor.
class ResponderListener {
 public:
  virtual void responder_intent(const event::IntentRecognised& intent) = 0;
  virtual void responder_delta(std::string_view text) = 0;
  // The bytes of the reply at `span`, which follows the clause before.
  virtual void responder_clause(std::string_view text, TextSpan span) = 0;
  virtual void responder_done(const Usage& usage, FinishReason reason) = 0;
  // No more will come of this reply.
  virtual void responder_failed(Status status) = 0;

 protected:
  ~ResponderListener() = default;
};

struct ResponderOptions {
  Duration stall_timeout{0};  // the longest wait for text
  std::size_t max_bytes = 0;  // of a reply
  std::size_t max_calls = 0;  // in one answer: one with more fails, none of them is run
  std::span<const ToolDescription> tools;
  std::string language;
  std::string session_id;
};

class Responder final : public LlmListener {
 public:
  Responder(ResponderOptions options, PortContext ports, std::shared_ptr<LlmProvider> provider,
            ResponderListener& listener);
  ~Responder();

  // Asks for the reply to the last of `messages`; an earlier request has ended or was cancelled.
  void ask(std::span<const Message> messages);
  // Asks how the reply goes on, after its tools; more of them only if `tools`. REQUIRES: !active().
  void go_on(std::span<const Message> messages, bool tools);
  // Says something of its own between two requests, as part of the reply. REQUIRES: !active().
  void interject(std::string_view text);
  // The reply is `text`, without asking anybody.
  void recite(std::string_view text);
  // Nothing more is told about the present reply.
  void cancel();

  // The reply so far.
  const std::string& text() const { return text_; }
  // The tools that the model has asked for since the last request, in order.
  const std::vector<ContextCall>& calls() const { return calls_; }
  bool active() const { return active_; }
  // Whether the model's latest answer has words in it; what was interjected is not the model's.
  bool worded() const { return worded_; }

  void llm_delta(std::string_view text) override;
  void llm_intent(const event::IntentRecognised& intent) override;
  void llm_tool_call(const ContextCall& call) override;
  void llm_done(const Usage& usage, FinishReason reason) override;
  void stream_failed(Status status) override;
  void stream_closed() override;

 private:
  void begin();
  void request(std::span<const Message> messages, bool tools);
  void resume();
  bool append(std::string_view text);
  void tell_clauses();
  bool complete();
  void check_progress();
  void let_go();
  bool tells(std::uint64_t reply) const { return active_ && reply_ == reply; }

  const ResponderOptions options_;
  const PortContext ports_;
  const std::shared_ptr<LlmProvider> provider_;
  ResponderListener& listener_;

  std::shared_ptr<LlmPort> port_;
  ClauseSplitter splitter_;
  std::string text_;
  std::vector<ContextCall> calls_;
  // Counts replies: a clause that finds no voice ends the one, and the next may begin at once.
  std::uint64_t reply_ = 0;
  bool active_ = false;
  bool worded_ = false;
  bool apart_ = false;  // what comes next begins a sentence of its own
  WordPace pace_;
  PartTimer watchdog_;
};

}  // namespace voiceagent
