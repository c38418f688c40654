#include "net/http_connection.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/ids.h"
#include "base/text.h"
#include "net/exchange.h"
#include "net/web_socket_connection.h"

namespace voiceagent::net {

namespace {

constexpr Duration kLingerTime = std::chrono::seconds(2);
constexpr std::size_t kOneWrite = 64 * 1024;  // an answer up to here leaves in one piece
constexpr std::size_t kReserve = 64 * 1024;   // at most, on the word of a content-length
constexpr std::size_t kMaxId = 128;

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kMaxId &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

// Whether a line ends with a lone line feed; `from`: what was looked at before.
bool has_bare_newline(std::string_view bytes, std::size_t from) {
  for (std::size_t at = bytes.find('\n', from); at != std::string_view::npos;
       at = bytes.find('\n', at + 1)) {
    if (at == 0 || bytes[at - 1] != '\r') return true;
  }
  return false;
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
  if (state_ == State::kHead && in_.empty()) lost();
}

// Input.

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
  if (state_ == State::kHead && in_.empty()) {
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

bool HttpConnection::read_head() {
  while (in_.starts_with("\r\n")) in_.erase(0, 2);
  if (in_.empty()) return false;
  const std::size_t end = find_head_end(in_, scanned_);
  if (end == 0) {
    check_incomplete_head();
    return false;
  }
  scanned_ = 0;
  HttpHead head;
  const auto refusal = parse_head(std::string_view(in_).substr(0, end), head);
  in_.erase(0, end);
  request_ = std::move(head.request);
  identify();
  keep_alive_ = head.keep_alive;
  http_1_0_ = head.http_1_0;
  head_only_ = request_.method == "HEAD";
  if (end > server_.options().max_header_bytes) {
    refuse(431, "the headers are too large");
  } else if (refusal) {
    refuse(refusal->status, refusal->detail);
  } else {
    return begin_request(head);
  }
  return true;
}

void HttpConnection::check_incomplete_head() {
  const auto first = static_cast<unsigned char>(in_.front());
  const std::size_t looked_at = std::exchange(scanned_, in_.size());
  if ((first <= 0x20 && first != '\r') || first >= 0x7F) {
    refuse_head(400, "this is not HTTP; if it is TLS: it isn't spoken on this port");
  } else if (has_bare_newline(in_, looked_at)) {
    refuse_head(400, "the lines of a request end with CR LF");
  } else if (in_.size() > server_.options().max_header_bytes) {
    const bool headers = in_.find("\r\n") != std::string::npos;
    refuse_head(headers ? 431 : 414,
                headers ? "the headers are too large" : "the path and query are too long");
  }
}

// Who asks, and under which name the request goes.
void HttpConnection::identify() {
  const std::string_view id = request_.header("x-request-id");
  request_.id = is_id(id) ? std::string(id) : random_id();
  request_.secure = stream_->secure();
  request_.peer = place_.address().to_string();
  if (!contains(server_.trusted(), place_.address())) return;
  std::string forwarded;
  for (const auto& [name, value] : request_.headers) {
    if (name == "x-forwarded-for") forwarded += (forwarded.empty() ? "" : ",") + value;
  }
  request_.peer = client_address(place_.address(), forwarded, server_.trusted()).to_string();
  request_.secure = request_.secure || to_lower(request_.header("x-forwarded-proto")) == "https";
}

bool HttpConnection::begin_request(const HttpHead& head) {
  const bool has_body = head.content_length > 0 || head.transfer_encoding;
  std::size_t max_body = server_.options().max_body_bytes;
  if (place_.verdict() == Verdict::kServerFull) {
    refuse(503, "the server has as many connections as it takes");
  } else if (place_.verdict() != Verdict::kWelcome) {
    refuse(429, "there are too many connections from this address");
  } else if (head.transfer_encoding) {
    refuse(411, "a body must say its length: content-length instead of transfer-encoding");
  } else if (head.web_socket) {
    return upgrade(has_body);
  } else if (auto refusal = server_.application().check(request_, max_body)) {
    linger_ = has_body;
    keep_alive_ = keep_alive_ && !has_body;
    answer(std::move(*refusal));
  } else if (head.content_length > max_body) {
    refuse(413, "the body is larger than " + std::to_string(max_body) + " bytes");
  } else {
    if (head.expects_continue && has_body && in_.empty()) put("HTTP/1.1 100 Continue\r\n\r\n");
    body_left_ = head.content_length;
    request_.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, kReserve)));
    state_ = State::kBody;
    deadline_ = request_began_ + server_.options().request_timeout;
  }
  return true;
}

bool HttpConnection::read_body() {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, in_.size()));
  request_.body.append(in_, 0, size);
  in_.erase(0, size);
  body_left_ -= size;
  if (body_left_ > 0) return false;
  serve();
  return true;
}

void HttpConnection::serve() {
  state_ = State::kServing;
  deadline_ = Time::max();
  exchange_number_ = ++exchanges_made_;
  const auto exchange = std::make_shared<Exchange>(weak_from_this(), exchange_number_,
                                                   server_.loop(), std::move(request_));
  exchange_ = exchange;
  request_ = HttpRequest();
  server_.application().serve(exchange);
}

bool HttpConnection::upgrade(bool has_body) {
  if (const auto refusal = check_web_socket(request_, has_body)) {
    refuse(refusal->status, refusal->detail);
    return true;
  }
  if (server_.draining()) {
    refuse(503, "the server is about to end");
    return true;
  }
  UpgradeAnswer accepted = server_.application().upgrade(request_);
  if (!accepted.handler) {
    answer(std::move(accepted.refusal));
    return true;
  }
  state_ = State::kClosed;
  server_.remove(this);
  WebSocketConnection::open(server_, std::move(stream_), std::move(place_), std::move(request_),
                            std::move(accepted), in_);
  return false;
}

void HttpConnection::expired() {
  switch (state_) {
    case State::kHead:
      if (in_.empty()) return lost();
      refuse_head(408, "the headers did not come in time");
      break;
    case State::kBody: refuse(408, "the body did not come in time"); break;
    default: return lost();
  }
  if (broken_) return lost();
  watch();
}

void HttpConnection::refuse_head(int status, std::string_view detail) {
  request_ = HttpRequest();
  http_1_0_ = false;
  head_only_ = false;
  identify();
  refuse(status, detail);
}

void HttpConnection::refuse(int status, std::string_view detail) {
  refuse(status, detail, request_);
}

void HttpConnection::refuse(int status, std::string_view detail, const HttpRequest& request) {
  HttpResponse response = server_.application().refuse(status, detail, request);
  response.status = status;
  if (status == 426) response.headers.set("sec-websocket-version", "13");
  keep_alive_ = false;
  linger_ = true;
  answer(std::move(response));
}

// Output.

AnswerFrame HttpConnection::frame() const {
  AnswerFrame frame;
  frame.keep_alive = keep_alive_ && !server_.draining();
  frame.http_1_0 = http_1_0_;
  return frame;
}

void HttpConnection::answer(HttpResponse response) {
  AnswerFrame frame = this->frame();
  frame.framing = has_body(response.status) ? Framing::kLength : Framing::kNone;
  frame.length = response.body.size();
  if (head_only_ && response.body.empty()) {  // it may say how long the body would be
    frame.length = parse_length(response.headers.get("content-length")).value_or(0);
  }
  keep_alive_ = frame.keep_alive;
  if (frame.framing == Framing::kNone || head_only_) response.body.clear();
  std::string& bytes = server_.write_buffer();
  append_head(bytes, response, frame, server_.date());
  if (bytes.size() + response.body.size() <= kOneWrite) {
    bytes += response.body;
    put(bytes);
  } else {
    put(bytes);
    out_.push(std::move(response.body));
    if (!broken_) count_written(out_.flush(*stream_));
  }
  complete();
}

void HttpConnection::begin(const HttpResponse& head) {
  AnswerFrame frame = this->frame();
  const auto length = parse_length(head.headers.get("content-length"));
  if (!has_body(head.status)) {
    frame.framing = Framing::kNone;
    head_only_ = true;
  } else if (length) {
    frame.length = *length;
  } else if (http_1_0_) {
    frame.framing = Framing::kClose;
    frame.keep_alive = false;
  } else {
    frame.framing = Framing::kChunked;
  }
  chunked_ = frame.framing == Framing::kChunked;
  keep_alive_ = frame.keep_alive;
  state_ = State::kStreaming;
  std::string& bytes = server_.write_buffer();
  append_head(bytes, head, frame, server_.date());
  put(bytes);
  watch();
}

bool HttpConnection::write(std::string_view piece) {
  if (head_only_ || piece.empty()) return !broken_;
  if (chunked_) {
    std::string& chunk = server_.write_buffer();
    append_chunk(chunk, piece);
    piece = chunk;
  }
  put(piece);
  watch();
  return !broken_;
}

void HttpConnection::end() {
  if (chunked_ && !head_only_) put(kLastChunk);
  chunked_ = false;
  complete();
}

void HttpConnection::abandoned(const HttpRequest& request) {
  if (state_ == State::kStreaming) return broken();  // a cut answer must not look whole
  refuse(500, "the request was not answered", request);
}

// The answer is complete; what of it waits is written first.
void HttpConnection::complete() {
  exchange_number_ = 0;
  exchange_.reset();
  state_ = State::kFlushing;
  deadline_ = Time::max();
  if (!out_.empty() || broken_) return watch();
  if (keep_alive_) {
    state_ = State::kHead;
    request_began_ = server_.loop()->now();
    set_deadline(in_.empty() ? server_.options().keep_alive_timeout
                             : server_.options().header_timeout);
    if ((!in_.empty() || ended_) && !processing_) resume_later();
  } else if (linger_) {
    stream_->finish_writing();
    state_ = State::kLingering;
    in_.clear();
    set_deadline(kLingerTime);
  } else {
    return lost();
  }
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
