#include "net/web_socket_connection.h"

#include <algorithm>
#include <string>
#include <utility>

#include "net/http_answer.h"

namespace voiceagent::net {

namespace {

constexpr int kSendBuffer = 128 * 1024;

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
  WebSocketLimits limits = server.options().web_socket;
  if (const std::size_t most = accepted.max_message_bytes; most != 0) {
    limits.max_message_bytes = std::min(limits.max_message_bytes, most);
  }
  const auto self = std::make_shared<WebSocketConnection>(
      server, std::make_shared<Place>(std::move(place)), Side::kServer, std::move(stream),
      std::move(request), std::move(accepted.handler), limits);
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
      stream_(std::move(stream)),
      handler_(std::move(handler)),
      side_(side),
      reader_(limits.max_message_bytes, side == Side::kServer ? Side::kClient : Side::kServer),
      share_(set.share(request.peer)),
      request_(std::move(request)),
      limits_(limits),
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
  if (!share_.hold(reader_.held())) {
    return give_up_message(kCloseTryAgain, "the server holds too much of what is being sent");
  }
  if (!reader_.in_message()) {
    message_due_ = Time::max();
  } else if (message_due_ == Time::max()) {
    message_due_ = loop_->now() + limits_.message_timeout;
  }
  if (error.code == 0) return;
  if (state_ == State::kWaiting) {
    broken();  // its answer to our close frame
  } else if (error.code == kCloseTooBig) {
    close_with(error.code,
               "a message may have at most " + std::to_string(limits_.max_message_bytes) + " bytes",
               true);
  } else {
    close_with(error.code, error.reason, true);
  }
}

// What has come of a message is forgotten: nobody waits for the rest.
void WebSocketConnection::give_up_message(int code, std::string_view reason) {
  reader_.stop();
  share_.clear();
  message_due_ = Time::max();
  close_with(code, reason, true);
}

bool WebSocketConnection::on_message(bool is_text, std::span<char> bytes) {
  message_due_ = Time::max();  // what comes behind it has its own time
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
  const std::string_view payload(bytes.data(), bytes.size());
  if (waits()) {
    pong_.clear();
    append(pong_, FrameKind::kPong, {}, payload);
  } else {
    append(set_.outgoing(*this), FrameKind::kPong, {}, payload);
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

void WebSocketConnection::tick(Time now) {
  const bool stalled = waits() && now - blocked_at_ >= limits_.stall;
  if (now >= deadline_ || stalled) {
    if (stalled && closed_reason_.empty()) closed_reason_ = other_end() + " does not read";
    return lost();
  }
  if (now >= message_due_) give_up_message(kClosePolicy, "a message did not come in time");
  keep_alive(now);
}

void WebSocketConnection::keep_alive(Time now) {
  if (std::exchange(heard_, false)) {
    heard_at_ = now;
    pinged_ = false;
    return;
  }
  if (state_ != State::kOpen || broken_ || waits() || limits_.ping <= Duration()) return;
  const Duration quiet = now - heard_at_;
  if (pinged_ && quiet >= 2 * limits_.ping) {
    closed_reason_ = other_end() + " does not answer";
    return lost();
  }
  if (!pinged_ && quiet >= limits_.ping) {
    pinged_ = true;
    append(set_.outgoing(*this), FrameKind::kPing, {}, {});
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
  set_.outbox().forget(*this);
  set_.remove(this);
  stream_.reset();
  queue_.clear();
  const auto handler = std::move(handler_);
  handler->closed(closed_code_, closed_reason_);
  keep_.reset();
}

}  // namespace voiceagent::net
