// From bytes to requests: served, refused, or turned into WebSockets.
#include <algorithm>
#include <utility>

#include "base/ids.h"
#include "base/text.h"
#include "net/exchange.h"
#include "net/http_connection.h"
#include "net/web_socket_connection.h"

namespace voiceagent::net {

namespace {

constexpr std::size_t kReserve = 16 * 1024;  // at most, on the word of a content-length
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

bool HttpConnection::read_head() {
  while (in_.starts_with("\r\n")) {
    if (std::exchange(empty_line_, true)) {
      refuse_head(400, "there is more than one empty line before the request");
      return true;
    }
    in_.erase(0, 2);
  }
  if (in_.empty()) return false;
  const std::size_t end = find_head_end(in_, scanned_);
  if (end == 0) {
    check_incomplete_head();
    return false;
  }
  scanned_ = 0;
  empty_line_ = false;
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
  request_.peer = client().to_string();
  request_.secure =
      stream_->secure() || (contains(server_.trusted(), place_.address()) &&
                            to_lower(request_.header("x-forwarded-proto")) == "https");
}

// The other end of the connection, or whom it names if it is a trusted proxy.
IpAddress HttpConnection::client() const {
  if (!contains(server_.trusted(), place_.address())) return place_.address();
  std::string forwarded;
  for (const auto& [name, value] : request_.headers) {
    if (name == "x-forwarded-for") forwarded += (forwarded.empty() ? "" : ",") + value;
  }
  return client_address(place_.address(), forwarded, server_.trusted());
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
    share_ = server_.share(request_.peer);
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
  if (!share_.hold(request_.body.size())) {
    std::string().swap(request_.body);
    share_.clear();
    refuse(503, "the server holds too much of what is being sent: try again soon");
    return true;
  }
  if (body_left_ > 0) return false;
  serve();
  return true;
}

void HttpConnection::serve() {
  state_ = State::kServing;
  deadline_ = Time::max();
  exchange_number_ = ++exchanges_made_;
  const auto exchange = std::make_shared<Exchange>(
      weak_from_this(), exchange_number_, server_.loop(), std::move(request_), std::move(share_));
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
  const IpAddress from = client();
  const bool through_proxy = from != place_.address() && !contains(server_.trusted(), from);
  if (through_proxy && !place_.admit_client(from)) {
    refuse(429, "there are too many WebSockets from this address");
    return true;
  }
  UpgradeAnswer accepted = server_.application().upgrade(request_);
  if (!accepted.handler) {
    place_.dismiss_client();
    answer(std::move(accepted.refusal));
    return true;
  }
  state_ = State::kClosed;
  server_.remove(this);
  WebSocketConnection::open(server_, std::move(stream_), std::move(place_), std::move(request_),
                            std::move(accepted), in_);
  return false;
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

}  // namespace voiceagent::net
