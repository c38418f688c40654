#include "net/http_connection.h"

#include <utility>

#include "net/exchange.h"

namespace voiceagent::net {

namespace {

// Whether there is more than the empty line that some clients send before a request.
bool begins_request(std::string_view bytes) {
  return bytes.find_first_not_of("\r\n") != std::string_view::npos;
}

}  // namespace

HttpConnection::HttpConnection(ServerLoop& server, std::unique_ptr<Stream> stream, Place place)
    : server_(server), stream_(std::move(stream)), place_(std::move(place)) {}

void HttpConnection::start() {
  stream_->set_owner(this);
  set_deadline(server_.options().header_timeout);
  watch();
}

void HttpConnection::stream_ready() {
  if (state_ == State::kClosed) return;
  const auto self = shared_from_this();
  flush();
  if (!broken_) receive();
  process();
  if (broken_) return lost();
  watch();
}

void HttpConnection::tick(Time now) {
  if (now >= deadline_) return expired();
  const bool stalled = !out_.empty() && now - written_at_ >= server_.options().web_socket.stall;
  if (stalled) lost();
}

void HttpConnection::drain() {
  if (idle()) lost();
}

// Waits for a request of which nothing has come.
bool HttpConnection::idle() const { return state_ == State::kHead && !begins_request(in_); }

bool HttpConnection::wants_input() const {
  if (ended_) return false;
  switch (state_) {
    case State::kHead:
    case State::kBody:
    case State::kLingering: return true;
    case State::kServing:
    case State::kStreaming:
    case State::kFlushing: return in_.size() < server_.options().max_header_bytes;
    case State::kClosed: break;
  }
  return false;
}

void HttpConnection::receive() {
  for (int reads = 0; reads < 4 && wants_input(); ++reads) {
    const std::span<char> buffer = server_.read_buffer();
    const std::ptrdiff_t got = stream_->read(buffer);
    if (got == 0) return;
    if (got < 0) return input_ended();
    ConnectionSet::Counters::add(server_.counters.bytes_in, static_cast<std::uint64_t>(got));
    take(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
    if (static_cast<std::size_t>(got) < buffer.size() && !stream_->has_input()) return;
  }
}

void HttpConnection::take(std::string_view bytes) {
  if (state_ == State::kLingering) return;
  if (state_ == State::kBody && in_.empty()) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, bytes.size()));
    request_.body.append(bytes.substr(0, size));
    body_left_ -= size;
    bytes.remove_prefix(size);
  }
  if (idle() && begins_request(bytes)) {
    request_began_ = server_.loop()->now();
    set_deadline(server_.options().header_timeout);
  }
  in_.append(bytes);
}

// A client that has asked and says that it won't go on may still read the answer. Where that is
// being streamed, nobody else would notice that it has left.
void HttpConnection::input_ended() {
  ended_ = true;
  if (state_ == State::kStreaming) {
    broken_ = true;
  } else if (state_ == State::kServing) {
    if (const auto exchange = exchange_.lock()) exchange->gone();
  }
}

void HttpConnection::process() {
  if (processing_) return;
  processing_ = true;
  bool more = true;
  while (more && !broken_) {
    switch (state_) {
      case State::kHead: more = read_head(); break;
      case State::kBody: more = read_body(); break;
      default: more = false;
    }
  }
  processing_ = false;
  const bool waits =
      state_ == State::kHead || state_ == State::kBody || state_ == State::kLingering;
  if (ended_ && waits) broken_ = true;  // in vain
}

void HttpConnection::expired() {
  switch (state_) {
    case State::kHead:
      if (idle()) return lost();
      refuse_head(408, "the headers did not come in time");
      break;
    case State::kBody: refuse(408, "the body did not come in time"); break;
    default: return lost();
  }
  if (broken_) return lost();
  watch();
}

// Writes at once what the socket takes, and queues the rest.
void HttpConnection::put(std::string_view bytes) {
  if (broken_) return;
  if (out_.empty()) {
    const std::ptrdiff_t taken = stream_->write(bytes);
    count_written(taken);
    if (broken_) return;
    bytes.remove_prefix(static_cast<std::size_t>(taken));
  }
  out_.push(std::string(bytes));
}

void HttpConnection::flush() {
  if (out_.empty() || broken_) return;
  count_written(out_.flush(*stream_));
  if (broken_ || !out_.empty()) return;
  if (state_ == State::kFlushing) return complete();
  if (const auto exchange = exchange_.lock()) exchange->drained();
}

void HttpConnection::count_written(std::ptrdiff_t taken) {
  if (taken < 0) return broken();
  written_at_ = server_.loop()->now();
  ConnectionSet::Counters::add(server_.counters.bytes_out, static_cast<std::uint64_t>(taken));
}

// The application may be in a call to us: what follows must wait.
void HttpConnection::broken() {
  broken_ = true;
  resume_later();
}

void HttpConnection::set_deadline(Duration from_now) {
  deadline_ = server_.loop()->now() + from_now;
}

void HttpConnection::watch() {
  if (state_ == State::kClosed) return;
  const bool reading = wants_input();
  stream_->want(reading, !out_.empty());
  if (reading && stream_->has_input()) resume_later();
}

void HttpConnection::resume_later() {
  if (std::exchange(resuming_, true)) return;
  server_.loop()->post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->resuming_ = false;
    self->stream_ready();
  });
}

void HttpConnection::lost() {
  if (state_ == State::kClosed) return;
  const auto self = shared_from_this();
  state_ = State::kClosed;
  exchange_number_ = 0;
  const auto exchange = exchange_.lock();
  server_.remove(this);
  stream_.reset();
  if (exchange) exchange->gone();
}

}  // namespace voiceagent::net
