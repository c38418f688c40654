#include "core/session/responder.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"

namespace voiceagent {

Responder::Responder(ResponderOptions options, PortContext ports,
                     std::shared_ptr<LlmProvider> provider, ResponderListener& listener)
    : options_(std::move(options)),
      ports_(std::move(ports)),
      provider_(std::move(provider)),
      listener_(listener),
      watchdog_(
          *ports_.executor, [this] { check_progress(); }, ports_.entrance) {}

Responder::~Responder() { let_go(); }

void Responder::begin() {
  let_go();
  text_.clear();
  splitter_.reset();
  active_ = true;
}

void Responder::ask(std::span<const Message> messages) {
  begin();
  LlmRequest request;
  request.context = ports_.streams();
  request.messages = messages;
  request.language = options_.language;
  request.session_id = options_.session_id;
  request.wall_time_ms = ports_.executor->wall_time_ms();
  Result<std::shared_ptr<LlmPort>> port = LlmPort::open(ports_, provider_, request, *this);
  if (!port.ok()) return stream_failed(port.status());
  port_ = std::move(*port);
  watchdog_.arm(options_.stall_timeout);
}

void Responder::recite(std::string_view text) {
  begin();
  llm_delta(text);
  llm_done({}, FinishReason::kStop);
}

void Responder::cancel() {
  active_ = false;
  let_go();
}

void Responder::let_go() {
  watchdog_.cancel();
  if (port_ != nullptr) port_->let_go();
  port_.reset();
}

void Responder::llm_delta(std::string_view text) {
  if (!active_ || text.empty()) return;
  if (port_ != nullptr) watchdog_.arm(options_.stall_timeout);
  const std::size_t room = options_.max_bytes - std::min(options_.max_bytes, text_.size());
  const bool too_long = text.size() > room;
  if (too_long) text = truncate_utf8(text, room);
  const std::size_t begin = text_.size();
  text_ += text;
  splitter_.push(text);
  if (!text.empty()) listener_.responder_delta(std::string_view(text_).substr(begin));
  tell_clauses();
  if (too_long && active_) llm_done({}, FinishReason::kLength);
}

void Responder::tell_clauses() {
  Clause clause;
  while (active_ && splitter_.next(clause)) {
    const std::string_view text =
        std::string_view(text_).substr(clause.begin, clause.end - clause.begin);
    listener_.responder_clause(text, {clause.begin, clause.end});
  }
}

void Responder::llm_intent(const event::IntentRecognised& intent) {
  if (active_) listener_.responder_intent(intent);
}

void Responder::llm_tool_call(std::string_view name) {
  stream_failed({ErrorCode::kProtocol, "the model asked for the tool '" + std::string(name) +
                                           "', but this agent offers none"});
}

void Responder::llm_done(const Usage& usage, FinishReason reason) {
  if (complete()) listener_.responder_done(usage, reason);
}

// What came before the failure is said.
void Responder::stream_failed(Status status) {
  if (complete()) listener_.responder_failed(std::move(status));
}

// Tells the rest; no more comes. False when the reply was over before, or is cancelled by that.
bool Responder::complete() {
  if (!active_) return false;
  splitter_.finish();
  tell_clauses();
  if (!std::exchange(active_, false)) return false;
  let_go();
  return true;
}

void Responder::stream_closed() {
  port_.reset();
  stream_failed(unavailable("the model closed its stream before the reply was complete"));
}

void Responder::check_progress() {
  stream_failed({ErrorCode::kTimeout,
                 "the model gave no text for " +
                     std::to_string(options_.stall_timeout.count() / 1'000'000) + " ms"});
}

}  // namespace voiceagent
