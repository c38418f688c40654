#include "net/web_socket_connection.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/utf8.h"
#include "net/http_answer.h"

namespace voiceagent::net {

namespace {

// How long the other end may take to answer a close frame.
constexpr Duration kCloseTime = std::chrono::seconds(5);
constexpr Duration kLingerTime = std::chrono::seconds(2);
constexpr int kSendBuffer = 128 * 1024;
constexpr std::size_t kMaxReason = 123;  // what a close frame has room for

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A mask that a web page can't foresee (RFC 6455, 10.3), from a supply of random bytes.
FrameMask next_mask() {
  thread_local std::array<unsigned char, 1024> supply;
  thread_local std::size_t used = supply.size();
  FrameMask mask{};
  if (used == supply.size()) {
    RAND_bytes(supply.data(), static_cast<int>(supply.size()));
    used = 0;
  }
  std::copy_n(supply.begin() + static_cast<std::ptrdiff_t>(used), mask.size(), mask.begin());
  used += mask.size();
  return mask;
}

std::string make_handshake(const HttpRequest& request, const UpgradeAnswer& accepted,
                           std::string_view date) {
  std::string out = "HTTP/1.1 101 Switching Protocols\r\n";
  append_header(out, "upgrade", "websocket");
  append_header(out, "connection", "Upgrade");
  append_header(out, "date", date);
  append_header(out, "sec-websocket-accept",
                web_socket_accept(request.header("sec-websocket-key")));
  if (!accepted.subprotocol.empty()) {
    append_header(out, "sec-websocket-protocol", accepted.subprotocol);
  }
  for (const auto& [name, value] : accepted.headers) append_header(out, name, value);
  return out + "\r\n";
}

}  // namespace

void WebSocketConnection::open(ServerLoop& server, std::unique_ptr<Stream> stream, Place place,
                               HttpRequest request, UpgradeAnswer accepted, std::string rest) {
  const std::string handshake = make_handshake(request, accepted, server.date());
  const auto self = std::make_shared<WebSocketConnection>(
      server, std::make_shared<Place>(std::move(place)), Side::kServer, std::move(stream),
      std::move(request), std::move(accepted.handler),
      accepted.limits.value_or(server.options().web_socket));
  self->start(handshake, std::move(rest));
}

void WebSocketConnection::open(const std::shared_ptr<ConnectionSet>& set,
                               std::unique_ptr<Stream> stream, HttpRequest request,
                               std::unique_ptr<WebSocketHandler> handler,
                               const WebSocketLimits& limits, std::string rest) {
  const auto self = std::make_shared<WebSocketConnection>(
      *set, set, Side::kClient, std::move(stream), std::move(request), std::move(handler), limits);
  self->start({}, std::move(rest));
}

WebSocketConnection::WebSocketConnection(ConnectionSet& set, std::shared_ptr<void> keep, Side side,
                                         std::unique_ptr<Stream> stream, HttpRequest request,
                                         std::unique_ptr<WebSocketHandler> handler,
                                         const WebSocketLimits& limits)
    : set_(set),
      loop_(set.loop()),
      keep_(std::move(keep)),
      side_(side),
      stream_(std::move(stream)),
      request_(std::move(request)),
      handler_(std::move(handler)),
      limits_(limits),
      reader_(limits.max_message_bytes, side == Side::kServer ? Side::kClient : Side::kServer),
      heard_at_(loop_->now()) {}

WebSocketConnection::~WebSocketConnection() = default;

void WebSocketConnection::start(const std::string& handshake, std::string rest) {
  set_.add(shared_from_this());
  ConnectionSet::Counters::add(set_.counters.web_sockets, 1);
  stream_->set_owner(this);
  stream_->bound_send_buffer(kSendBuffer);
  if (!handshake.empty() && !write_now(handshake)) return;
  handler_->opened(shared_from_this());
  parse(rest);
  watch();
}

// Sending.

void WebSocketConnection::append(std::string& out, FrameKind kind, std::string_view head,
                                 std::string_view payload) {
  if (side_ == Side::kServer) return append_frame(out, kind, head, payload);
  const FrameMask mask = next_mask();
  append_frame(out, kind, head, payload, &mask);
}

std::string WebSocketConnection::make_close_frame(int code, std::string_view reason) {
  std::string frame;
  if (code == 0) {  // answers a frame without a code
    append(frame, FrameKind::kClose, {}, {});
    return frame;
  }
  const std::array<char, 2> bytes{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  append(frame, FrameKind::kClose, {bytes.data(), bytes.size()}, truncate_utf8(reason, kMaxReason));
  return frame;
}

bool WebSocketConnection::send_text(std::string_view text, Delivery delivery) {
  return send(FrameKind::kText, {}, text, delivery == Delivery::kMayDrop);
}

bool WebSocketConnection::send_binary(std::span<const std::byte> head,
                                      std::span<const std::byte> payload, Delivery delivery) {
  return send(FrameKind::kBinary, as_text(head), as_text(payload), delivery == Delivery::kMayDrop);
}

bool WebSocketConnection::send(FrameKind kind, std::string_view head, std::string_view payload,
                               bool may_drop) {
  if (state_ != State::kOpen || broken_) return false;
  std::string& frame = set_.write_buffer();
  append(frame, kind, head, payload);
  if (!waits()) return write_now(frame);
  enqueue(frame, may_drop);
  return state_ == State::kOpen;
}

// What the socket doesn't take is kept; nothing may wait yet. False: the connection is broken.
bool WebSocketConnection::write_now(std::string_view frame) {
  const std::ptrdiff_t taken = stream_->write(frame);
  if (taken < 0) {
    broken();
    return false;
  }
  ConnectionSet::Counters::add(set_.counters.bytes_out, static_cast<std::uint64_t>(taken));
  if (static_cast<std::size_t>(taken) == frame.size()) return true;
  rest_ = frame.substr(static_cast<std::size_t>(taken));
  rest_sent_ = 0;
  blocked_at_ = loop_->now();
  watch();
  return true;
}

void WebSocketConnection::enqueue(std::string_view frame, bool may_drop) {
  while (queued_bytes() + frame.size() > limits_.max_queued_bytes && drop_oldest()) {
  }
  if (queued_bytes() + frame.size() <= limits_.max_queued_bytes) {
    queue_.push_back({std::string(frame), may_drop});
    queued_ += frame.size();
  } else if (may_drop) {
    ++dropped_;
    ConnectionSet::Counters::add(set_.counters.dropped_messages, 1);
  } else {
    queue_.clear();
    queued_ = 0;
    close_with(kCloseTryAgain, "too much waits to be read", true);
  }
}

bool WebSocketConnection::drop_oldest() {
  for (std::size_t i = 0; i < queue_.size(); ++i) {
    if (!queue_[i].may_drop || queue_[i].frame.empty()) continue;
    queued_ -= queue_[i].frame.size();
    std::string().swap(queue_[i].frame);
    while (!queue_.empty() && queue_.front().frame.empty()) queue_.pop_front();
    ++dropped_;
    ConnectionSet::Counters::add(set_.counters.dropped_messages, 1);
    return true;
  }
  return false;
}

std::size_t WebSocketConnection::drop_queued() {
  std::size_t count = 0;
  Ring<Message> kept;
  for (; !queue_.empty();) {
    Message message = queue_.pop_front();
    if (message.frame.empty()) continue;
    if (message.may_drop) {
      queued_ -= message.frame.size();
      ++count;
    } else {
      kept.push_back(std::move(message));
    }
  }
  queue_ = std::move(kept);
  return count;
}

void WebSocketConnection::close(int code, std::string_view reason) {
  close_with(code, reason, false);
}

void WebSocketConnection::close_with(int code, std::string_view reason, bool after_error) {
  if (state_ != State::kOpen) return;
  state_ = State::kClosing;
  after_error_ = after_error;
  if (after_error) closed_reason_ = reason;
  close_frame_ = make_close_frame(code, reason);
  deadline_ = loop_->now() + std::min(kCloseTime, limits_.stall);
  if (!waits() && !broken_) send_close_frame();
}

// Once nothing else waits. One whose bytes aren't understood any more can't be seen to answer; it
// sees the end of ours.
void WebSocketConnection::send_close_frame() {
  state_ = after_error_ ? State::kLingering : State::kWaiting;
  const std::string frame = std::exchange(close_frame_, {});
  if (!write_now(frame) || !rest_.empty()) return;
  if (state_ == State::kLingering) {
    stream_->finish_writing();
    deadline_ = loop_->now() + kLingerTime;
  } else if (closed_code_ != kCloseAbnormal) {
    broken();  // it was the answer to the other end's
  }
}

void WebSocketConnection::flush() {
  if (!waits()) return;
  while (flush_rest() && !broken_) {
    if (!pong_.empty()) {
      write_now(std::exchange(pong_, {}));
    } else if (!queue_.empty()) {
      const Message message = queue_.pop_front();
      queued_ -= message.frame.size();
      if (!message.frame.empty()) write_now(message.frame);
    } else {
      break;
    }
  }
  if (waits() || broken_) return;
  if (state_ == State::kOpen) {
    handler_->drained();
  } else if (state_ == State::kClosing) {
    send_close_frame();
  } else if (state_ == State::kLingering) {
    stream_->finish_writing();
  } else if (closed_code_ != kCloseAbnormal) {
    broken();
  }
}

// Whether nothing is left of the frame that was begun.
bool WebSocketConnection::flush_rest() {
  if (rest_.empty()) return true;
  const std::ptrdiff_t taken = stream_->write(std::string_view(rest_).substr(rest_sent_));
  if (taken < 0) {
    broken();
    return false;
  }
  if (taken > 0) blocked_at_ = loop_->now();
  ConnectionSet::Counters::add(set_.counters.bytes_out, static_cast<std::uint64_t>(taken));
  rest_sent_ += static_cast<std::size_t>(taken);
  if (rest_sent_ < rest_.size()) return false;
  std::string().swap(rest_);
  rest_sent_ = 0;
  return true;
}

// Receiving.

void WebSocketConnection::stream_ready() {
  if (state_ == State::kClosed) return;
  const auto self = shared_from_this();
  if (!broken_) flush();
  if (!broken_) receive();
  if (broken_) return lost();
  watch();
}

void WebSocketConnection::receive() {
  for (int reads = 0; reads < 4 && !broken_; ++reads) {
    const std::span<char> buffer = set_.read_buffer();
    const std::ptrdiff_t got = stream_->read(buffer);
    if (got == 0) return;
    if (got < 0) {
      broken_ = true;
      return;
    }
    ConnectionSet::Counters::add(set_.counters.bytes_in, static_cast<std::uint64_t>(got));
    parse(buffer.first(static_cast<std::size_t>(got)));
    if (static_cast<std::size_t>(got) < buffer.size() && !stream_->has_input()) return;
  }
}

void WebSocketConnection::parse(std::span<char> bytes) {
  heard_ = true;
  const FrameReader::Error error = reader_.read(bytes, *this);
  if (error.code == 0) return;
  if (state_ == State::kWaiting) {
    broken();  // its answer to our close frame
  } else {
    close_with(error.code, error.reason, true);
  }
}

bool WebSocketConnection::on_message(bool is_text, std::span<char> bytes) {
  if (state_ != State::kOpen) return true;
  if (is_text) {
    handler_->text(bytes);
  } else {
    handler_->binary(std::as_bytes(bytes));
  }
  return true;
}

// Of several pings that come while something waits, the latest is answered.
bool WebSocketConnection::on_ping(std::span<char> bytes) {
  if (state_ != State::kOpen || broken_) return true;
  std::string frame;
  append(frame, FrameKind::kPong, {}, {bytes.data(), bytes.size()});
  if (waits()) {
    pong_ = std::move(frame);
  } else {
    write_now(frame);
  }
  return true;
}

void WebSocketConnection::on_close(int code, std::string_view reason) {
  constexpr int kNoCode = 1005;
  closed_code_ = code;
  closed_reason_ = reason;
  if (state_ == State::kWaiting) return broken();
  queue_.clear();
  queued_ = 0;
  if (state_ == State::kClosing) {
    if (!waits()) broken();
    return;
  }
  close_with(code == kNoCode ? 0 : code, {}, false);
}

// Life.

void WebSocketConnection::tick(Time now) {
  const bool stalled = waits() && now - blocked_at_ >= limits_.stall;
  if (now >= deadline_ || stalled) {
    if (stalled && closed_reason_.empty()) closed_reason_ = other_end() + " does not read";
    return lost();
  }
  keep_alive(now);
}

void WebSocketConnection::keep_alive(Time now) {
  if (std::exchange(heard_, false)) {
    heard_at_ = now;
    pinged_ = false;
    return;
  }
  if (state_ != State::kOpen || broken_ || waits()) return;
  const Duration quiet = now - heard_at_;
  if (pinged_ && quiet >= 2 * limits_.ping) {
    closed_reason_ = other_end() + " does not answer";
    return lost();
  }
  if (!pinged_ && quiet >= limits_.ping) {
    pinged_ = true;
    std::string frame;
    append(frame, FrameKind::kPing, {}, {});
    write_now(frame);
  }
}

void WebSocketConnection::watch() {
  if (state_ == State::kClosed) return;
  stream_->want(true, waits());
  if (stream_->has_input()) resume_later();
}

// The application may be in a call to us: what follows must wait.
void WebSocketConnection::broken() {
  broken_ = true;
  resume_later();
}

void WebSocketConnection::resume_later() {
  if (std::exchange(resuming_, true)) return;
  loop_->post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->resuming_ = false;
    self->stream_ready();
  });
}

void WebSocketConnection::lost() {
  if (state_ == State::kClosed) return;
  const auto self = shared_from_this();
  state_ = State::kClosed;
  ConnectionSet::Counters::add(set_.counters.web_sockets, static_cast<std::uint64_t>(-1));
  set_.remove(this);
  stream_.reset();
  queue_.clear();
  const auto handler = std::move(handler_);
  handler->closed(closed_code_, closed_reason_);
  keep_.reset();
}

}  // namespace voiceagent::net
