// Makes the trace of each turn out of a session's events. Holds no words of the conversation, which
// are nobody's business where traces are kept.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/telemetry/span.h"
#include "voiceagent/events.h"

namespace voiceagent::server {

// On the session's executor.
class TurnSpans {
 public:
  // `emit` gets each turn once it is over.
  using Emit = std::function<void(TurnTrace trace)>;

  TurnSpans(std::string session_id, Emit emit)
      : session_id_(std::move(session_id)), emit_(std::move(emit)) {}
  void on(const AnyEvent& event);

 private:
  // What is known of a turn that isn't over.
  struct Draft {
    std::optional<Duration> speech_begin;
    std::optional<TurnEndReason> reason;
    std::optional<Duration> reply_begin;
    std::optional<Duration> reply_end;
    FinishReason finish = FinishReason::kStop;
    std::int64_t input_tokens = 0;
    std::int64_t output_tokens = 0;
    std::string intent;
    std::vector<Span> tools;
    std::vector<SpanEvent> events;
    std::optional<std::string> error;
  };

  void hear(const AnyEvent& event, Draft& draft);
  void reply(const AnyEvent& event, Draft& draft);
  void use_tool(const event::ToolCallFinished& call, Duration at, Draft& draft);
  void fail(const event::Error& error, Duration at, Draft& draft);
  void finish(const event::TurnMetrics& metrics, TurnId turn, Duration at);

  const std::string session_id_;
  const Emit emit_;
  std::map<TurnId, Draft> drafts_;
};

}  // namespace voiceagent::server
