#include "support/fake_connection.h"

#include <stdexcept>
#include <utility>

#include "net/loop.h"

namespace voiceagent::test {
namespace {

void append(std::string& to, std::span<const std::byte> bytes) {
  to.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace

bool FakeSocket::send_text(std::string_view text, net::Delivery delivery) {
  return send(true, std::as_bytes(std::span(text)), {}, delivery);
}

bool FakeSocket::send_binary(std::span<const std::byte> head, std::span<const std::byte> payload,
                             net::Delivery delivery) {
  return send(false, head, payload, delivery);
}

bool FakeSocket::send(bool is_text, std::span<const std::byte> head,
                      std::span<const std::byte> payload, net::Delivery delivery) {
  if (close_code != 0) return false;
  ++messages;
  if (counts_only) return true;
  Message message{is_text, {}};
  append(message.bytes, head);
  append(message.bytes, payload);
  if (!stalled) {
    received.push_back(std::move(message));
    return true;
  }
  waiting_.push_back({std::move(message), delivery == net::Delivery::kMayDrop});
  std::size_t may_drop = 0;
  for (const Waiting& w : waiting_) may_drop += w.may_drop ? 1 : 0;
  for (auto it = waiting_.begin(); may_drop > room && it != waiting_.end();) {
    if (!it->may_drop) {
      ++it;
      continue;
    }
    it = waiting_.erase(it);
    --may_drop;
    ++dropped;
  }
  return true;
}

std::size_t FakeSocket::drop_queued() {
  const std::size_t before = waiting_.size();
  std::erase_if(waiting_, [](const Waiting& w) { return w.may_drop; });
  flushed += before - waiting_.size();
  return before - waiting_.size();
}

void FakeSocket::close(int code, std::string_view reason) {
  if (close_code != 0) return;
  close_code = code;
  close_reason = reason;
  if (on_close) on_close();
}

std::size_t FakeSocket::queued_bytes() const {
  std::size_t bytes = 0;
  for (const Waiting& w : waiting_) bytes += w.message.bytes.size();
  return bytes;
}

void FakeSocket::read_on() {
  stalled = false;
  for (Waiting& w : waiting_) received.push_back(std::move(w.message));
  waiting_.clear();
}

FakeConnection::FakeConnection(std::shared_ptr<net::Loop> loop,
                               std::unique_ptr<net::WebSocketHandler> handler,
                               net::HttpRequest request)
    : loop_(std::move(loop)), state_(std::make_shared<State>()) {
  state_->socket = std::make_shared<FakeSocket>(loop_, std::move(request));
  state_->handler = std::move(handler);
  // As in a network, a close by the handler's side is told to it later.
  state_->socket->on_close = [loop = std::weak_ptr(loop_), state = std::weak_ptr(state_)] {
    const auto executor = loop.lock();
    if (executor == nullptr) return;
    executor->post([state] {
      const auto s = state.lock();
      if (s != nullptr) s->closed(s->socket->close_code, s->socket->close_reason);
    });
  };
  post([](State& s) { s.handler->opened(s.socket); });
}

FakeConnection::~FakeConnection() { close(); }

void FakeConnection::State::closed(int code, std::string_view reason) {
  if (handler == nullptr) return;
  if (socket->close_code == 0) socket->close_code = code;
  handler->closed(code, reason);
  handler.reset();
}

void FakeConnection::post(std::function<void(State&)> f) {
  loop_->post([state = state_, f = std::move(f)] {
    if (state->handler != nullptr) f(*state);
  });
}

void FakeConnection::text(std::string message) {
  post([message = std::move(message)](State& s) mutable { s.handler->text(message); });
}

void FakeConnection::binary(std::string bytes) {
  post(
      [bytes = std::move(bytes)](State& s) { s.handler->binary(std::as_bytes(std::span(bytes))); });
}

void FakeConnection::drain() {
  post([](State& s) { s.handler->draining(); });
}

void FakeConnection::close(int code) {
  post([code](State& s) { s.closed(code, ""); });
}

std::vector<Json> FakeConnection::all(std::string_view type) const {
  std::vector<Json> found;
  for (const auto& message : state_->socket->received) {
    if (!message.is_text) continue;
    Result<Json> json = Json::parse(message.bytes);
    if (!json.ok()) throw std::runtime_error("not JSON: " + message.bytes);
    if (type.empty() || (*json)["type"].string() == type) found.push_back(*json);
  }
  return found;
}

Json FakeConnection::last(std::string_view type) const {
  const std::vector<Json> found = all(type);
  return found.empty() ? Json() : found.back();
}

std::string FakeConnection::types() const {
  std::string types;
  for (const Json& json : all("")) {
    if (!types.empty()) types += ' ';
    types += json["type"].string();
  }
  return types;
}

std::vector<std::string> FakeConnection::frames() const {
  std::vector<std::string> frames;
  for (const auto& message : state_->socket->received) {
    if (!message.is_text) frames.push_back(message.bytes);
  }
  return frames;
}

}  // namespace voiceagent::test
