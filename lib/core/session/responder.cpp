#include "core/session/responder.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
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
  calls_.clear();
  splitter_.reset();
  ++reply_;
  active_ = true;
  apart_ = false;
}

void Responder::ask(std::span<const Message> messages) {
  begin();
  request(messages, true);
}

void Responder::go_on(std::span<const Message> messages, bool tools) {
  resume();
  calls_.clear();
  request(messages, tools);
}

void Responder::request(std::span<const Message> messages, bool tools) {
  worded_ = false;
  LlmRequest request;
  request.context = ports_.streams();
  request.messages = messages;
  request.language = options_.language;
  request.session_id = options_.session_id;
  request.wall_time_ms = ports_.executor->wall_time_ms();
  request.tools = options_.tools;
  request.may_call_tools = tools;
  Result<std::shared_ptr<LlmPort>> port = LlmPort::open(ports_, provider_, request, *this);
  if (!port.ok()) return stream_failed(port.status());
  port_ = std::move(*port);
  pace_ = {};
  watchdog_.arm(options_.stall_timeout);
}

void Responder::resume() {
  let_go();
  splitter_.go_on();
  active_ = apart_ = true;
}

void Responder::interject(std::string_view text) {
  resume();
  const std::uint64_t reply = reply_;
  (void)append(text);
  if (tells(reply)) (void)complete();
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
  if (port_ != nullptr && pace_.gets_on(text)) watchdog_.arm(options_.stall_timeout);
  worded_ = worded_ || !trim(text).empty();
  const std::uint64_t reply = reply_;
  if (append(text) || !tells(reply)) return;
  calls_.clear();
  llm_done({}, FinishReason::kLength);
}

// Returns whether all of it had room.
bool Responder::append(std::string_view text) {
  const std::size_t begin = text_.size();
  const bool apart = std::exchange(apart_, false) && begin > 0 && !is_space(text_.back()) &&
                     !is_space(text.front()) && begin < options_.max_bytes;
  if (apart) text_ += ' ';
  const std::size_t room = options_.max_bytes - std::min(options_.max_bytes, text_.size());
  const bool too_long = text.size() > room;
  text_ += too_long ? truncate_utf8(text, room) : text;
  const std::string_view fresh = std::string_view(text_).substr(begin);
  splitter_.push(fresh);
  if (!fresh.empty()) listener_.responder_delta(fresh);
  tell_clauses();
  return !too_long;
}

void Responder::tell_clauses() {
  const std::uint64_t reply = reply_;
  Clause clause;
  while (tells(reply) && splitter_.next(clause)) {
    const std::string_view text =
        std::string_view(text_).substr(clause.begin, clause.end - clause.begin);
    listener_.responder_clause(text, {clause.begin, clause.end});
  }
}

void Responder::llm_intent(const event::IntentRecognised& intent) {
  if (active_) listener_.responder_intent(intent);
}

void Responder::llm_tool_call(const ContextCall& call) {
  if (!active_) return;
  watchdog_.arm(options_.stall_timeout);
  if (calls_.size() < options_.max_calls) return calls_.push_back(call);
  stream_failed(resource_exhausted("the model called more than " +
                                   std::to_string(options_.max_calls) +
                                   " tools in one answer: none was run"));
}

void Responder::llm_done(const Usage& usage, FinishReason reason) {
  if (complete()) listener_.responder_done(usage, reason);
}

// What came before the failure is said, but no tool runs for an answer that is not complete.
void Responder::stream_failed(Status status) {
  calls_.clear();
  if (complete()) listener_.responder_failed(std::move(status));
}

// Tells the rest; no more comes. False when the reply was over before, or is cancelled by that.
bool Responder::complete() {
  if (!active_) return false;
  const std::uint64_t reply = reply_;
  splitter_.finish();
  tell_clauses();
  if (!tells(reply)) return false;
  active_ = false;
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
