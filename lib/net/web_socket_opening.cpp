#include "net/web_socket_opening.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "net/http_head.h"
#include "net/web_socket_connection.h"
#include "net/web_socket_handshake.h"

namespace voiceagent::net {

namespace {

union SocketAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

// A socket that is being connected there; invalid, with errno, when that fails at once.
Descriptor begin_connect(const std::string& address, int port) {
  SocketAddress to{};
  socklen_t size = sizeof(to.v4);
  if (uv_ip4_addr(address.c_str(), port, &to.v4) != 0) {
    if (uv_ip6_addr(address.c_str(), port, &to.v6) != 0) {
      errno = EAFNOSUPPORT;
      return Descriptor();
    }
    size = sizeof(to.v6);
  }
  Descriptor made(socket(to.any.sa_family, SOCK_STREAM, 0));
  if (!made.valid() || fcntl(made.get(), F_SETFL, O_NONBLOCK) != 0 ||
      fcntl(made.get(), F_SETFD, FD_CLOEXEC) != 0) {
    return Descriptor();
  }
  const int on = 1;
  setsockopt(made.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const bool going = ::connect(made.get(), &to.any, size) == 0 || errno == EINPROGRESS;
  return going ? std::move(made) : Descriptor();
}

HttpHeaders handshake_headers(const WebSocketClientOptions& options, const Url& url) {
  HttpHeaders headers = options.headers;
  headers.set("host", url.authority);
  headers.set("upgrade", "websocket");
  headers.set("connection", "Upgrade");
  headers.set("sec-websocket-version", "13");
  headers.set("sec-websocket-key", make_web_socket_key());
  if (!options.subprotocol.empty()) headers.set("sec-websocket-protocol", options.subprotocol);
  return headers;
}

}  // namespace

void WebSocketOpening::begin() {
  if (!handler_) return;
  if (const Status status = prepare(); !status.ok()) return fail(status.message());
  const Duration limit = options_.connect_timeout;
  timer_ = set_->loop()->post_after(limit, [this, limit] {
    fail("no WebSocket within " + std::to_string(limit.count() / 1'000'000) + " ms");
  });
  resolve();
}

Status WebSocketOpening::prepare() {
  Result<Url> url = parse_url(options_.url, "ws", "wss");
  if (!url.ok()) return url.status();
  url_ = std::move(*url);
  if (url_.has_user) {
    return invalid_argument("the URL holds a user's name: send an authorization header instead");
  }
  if (url_.scheme == "wss") {
    Result<TlsContext> tls = client_tls(options_.verify_tls, options_.ca_file);
    if (!tls.ok()) return tls.status();
    tls_ = std::move(*tls);
  }
  request_.method = "GET";
  request_.target = url_.target;
  const std::size_t query = std::min(url_.target.find('?'), url_.target.size());
  request_.path = url_.target.substr(0, query);
  if (query < url_.target.size()) request_.query = url_.target.substr(query + 1);
  request_.secure = tls_ != nullptr;
  request_.headers = handshake_headers(options_, url_);
  return {};
}

void WebSocketOpening::resolve() {
  if (is_address(url_.host)) {
    addresses_ = {url_.host};
    return connect_next();
  }
  lookup_ = look_up(*set_->loop(), url_.host, [this](Result<Addresses> found) {
    lookup_.reset();
    if (!found.ok()) return fail(found.status().message());
    addresses_ = std::move(*found);
    connect_next();
  });
}

void WebSocketOpening::connect_next() {
  connected_ = false;
  in_.clear();
  out_ = write_handshake(request_);
  const Status status = connect_to(addresses_[next_address_++]);
  if (!status.ok()) connect_failed(status.message());
}

Status WebSocketOpening::connect_to(const std::string& address) {
  int port = 0;
  std::from_chars(url_.port.data(), url_.port.data() + url_.port.size(), port);
  Descriptor descriptor = begin_connect(address, port);
  if (!descriptor.valid()) return unavailable(std::strerror(errno));
  stream_ = std::make_unique<Stream>(set_->loop()->uv(), std::move(descriptor), tls_, url_.host);
  stream_->set_owner(this);
  stream_->want(true, true);
  return {};
}

void WebSocketOpening::connect_failed(const std::string& why) {
  if (next_address_ < addresses_.size()) return connect_next();
  fail("no connection: " + why);
}

void WebSocketOpening::stream_ready() {
  const auto self = shared_from_this();
  if (!send() || !receive()) return;
  stream_->want(true, !out_.empty());
}

// False when it is over, or begins anew.
bool WebSocketOpening::send() {
  if (!connected_) {
    const int error = stream_->connection_error();
    if (error != 0) {
      connect_failed(std::strerror(error));
      return false;
    }
    connected_ = true;
  }
  if (out_.empty()) return true;
  const std::ptrdiff_t taken = stream_->write(out_);
  if (taken == Stream::kGone) {
    fail("the connection was lost: " + stream_->failure());
    return false;
  }
  out_.erase(0, static_cast<std::size_t>(taken));
  return true;
}

bool WebSocketOpening::receive() {
  for (;;) {
    const std::span<char> buffer = set_->read_buffer();
    const std::ptrdiff_t got = stream_->read(buffer);
    if (got == 0) return true;
    if (got == Stream::kGone) {
      const std::string& why = stream_->failure();
      fail("the connection was " + (why.empty() ? "closed by the server" : "lost: " + why));
      return false;
    }
    const std::size_t before = in_.size();
    in_.append(buffer.data(), static_cast<std::size_t>(got));
    const std::size_t end = find_head_end(in_, before > 3 ? before - 3 : 0);
    if (end != 0) {
      answered(end);
      return false;
    }
    if (in_.size() > kMaxHandshake) {
      fail("the answer's headers are too long");
      return false;
    }
  }
}

void WebSocketOpening::answered(std::size_t head_end) {
  HttpResponse answer;
  Status status = parse_answer_head(std::string_view(in_).substr(0, head_end), answer);
  if (status.ok()) status = check_handshake(answer, request_);
  if (!status.ok()) return fail(status.message());
  set_->loop()->cancel(timer_);
  WebSocketConnection::open(set_, std::move(stream_), std::move(request_), std::move(handler_),
                            options_.limits, in_.substr(head_end));
}

void WebSocketOpening::give_up() { static_cast<void>(leave()); }

std::unique_ptr<WebSocketHandler> WebSocketOpening::leave() {
  if (handler_) set_->loop()->cancel(timer_);
  lookup_.reset();
  stream_.reset();
  return std::move(handler_);
}

void WebSocketOpening::fail(const std::string& why) {
  const auto self = shared_from_this();
  const std::unique_ptr<WebSocketHandler> handler = leave();
  const std::string origin = url_.host.empty() ? std::string() : " (" + url_.origin() + ")";
  handler->closed(kCloseAbnormal, why + origin);
}

}  // namespace voiceagent::net
