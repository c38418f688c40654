#include "core/context/summariser.h"

#include <array>
#include <utility>

#include "base/text.h"
#include "base/utf8.h"

namespace voiceagent {
namespace {

constexpr std::size_t kMaxBytes = 4096;  // of a summary
constexpr std::string_view kInstructions =
    "Summarise the conversation below for whoever carries it on: what the user wants, the facts, "
    "names and numbers that were given, what was agreed and what is still open. At most 120 words, "
    "no preamble.";

std::string_view speaker(Role role) {
  if (role == Role::kUser) return "User: ";
  if (role == Role::kTool) return "Result of a tool: ";
  return role == Role::kAssistant ? "Agent: " : "Earlier: ";
}

std::string transcript_of(std::span<const Message> messages) {
  std::string text;
  for (const Message& message : messages) {
    text += speaker(message.role);
    text += message.text;
    for (const ToolCall& call : message.tool_calls) {
      text.append(" [calls ").append(call.name).append(" ").append(call.arguments).append("]");
    }
    text += message.interrupted ? " [interrupted]\n" : "\n";
  }
  return text;
}

}  // namespace

Summariser::Summariser(PortContext ports, std::shared_ptr<LlmProvider> provider,
                       Duration stall_timeout, std::string language, std::string session_id)
    : ports_(std::move(ports)),
      provider_(std::move(provider)),
      stall_timeout_(stall_timeout),
      language_(std::move(language)),
      session_id_(std::move(session_id)),
      watchdog_(
          *ports_.executor,
          [this] {
            stream_failed({ErrorCode::kTimeout, "the model wrote no summary in time"});
          },
          ports_.entrance) {}

Summariser::~Summariser() { cancel(); }

void Summariser::ask(std::span<const Message> messages, Done done) {
  done_ = std::move(done);
  text_.clear();
  const std::string transcript = transcript_of(messages);
  const std::array<Message, 2> ask{Message{Role::kSystem, kInstructions, false},
                                   Message{Role::kUser, transcript, false}};
  LlmRequest request;
  request.context = ports_.streams();
  request.messages = ask;
  request.language = language_;
  request.session_id = session_id_;
  request.wall_time_ms = ports_.executor->wall_time_ms();
  Result<std::shared_ptr<LlmPort>> port = LlmPort::open(ports_, provider_, request, *this);
  if (!port.ok()) return finish(port.status());
  port_ = std::move(*port);
  watchdog_.arm(stall_timeout_);
}

void Summariser::cancel() {
  done_ = nullptr;
  watchdog_.cancel();
  if (port_ != nullptr) port_->let_go();
  port_.reset();
}

void Summariser::llm_delta(std::string_view text) {
  watchdog_.arm(stall_timeout_);
  text_ += truncate_utf8(text, kMaxBytes - text_.size());
}

void Summariser::llm_done(const Usage&, FinishReason) {
  std::string summary(trim(text_));
  if (summary.empty()) return finish(unavailable("the model wrote an empty summary"));
  finish(std::move(summary));
}

void Summariser::stream_failed(Status status) { finish(std::move(status)); }

void Summariser::stream_closed() {
  port_.reset();
  stream_failed(unavailable("the model closed its stream before the summary was complete"));
}

void Summariser::finish(Result<std::string> result) {
  const Done done = std::exchange(done_, nullptr);
  cancel();
  if (done) done(std::move(result));
}

}  // namespace voiceagent
