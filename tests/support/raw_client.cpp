#include "support/raw_client.h"

#if VOICEAGENT_WITH_SERVER
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace voiceagent::test {

namespace {

constexpr int kDeadlineMs = 20'000;  // ends a test that hangs

bool wait_for(int descriptor, short events, int milliseconds = kDeadlineMs) {
  pollfd poll_for{descriptor, events, 0};
  int ready = poll(&poll_for, 1, milliseconds);
  while (ready < 0 && errno == EINTR) ready = poll(&poll_for, 1, milliseconds);
  return ready > 0;
}

// A fuzzer's clock may interrupt any of these calls; an interrupted connect goes on by itself.
bool connect_to(int descriptor, const sockaddr_in& address) {
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    return true;
  }
  if (errno != EINTR || !wait_for(descriptor, POLLOUT)) return false;
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

}  // namespace

RawClient::RawClient(int port, bool tls, int receive_buffer)
    : context_(nullptr, SSL_CTX_free), ssl_(nullptr, SSL_free) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer > 0) {
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!connect_to(descriptor, address)) {
    close(descriptor);
    return;
  }
  const timeval deadline{kDeadlineMs / 1000, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof(deadline));
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof(deadline));
  descriptor_ = descriptor;
  if (!tls) return;
  context_.reset(SSL_CTX_new(TLS_client_method()));
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), descriptor_);
  if (SSL_connect(ssl_.get()) != 1) {
    ssl_.reset();
    close(std::exchange(descriptor_, -1));
  }
}

RawClient::RawClient(RawClient&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      context_(std::move(other.context_)),
      ssl_(std::move(other.ssl_)),
      got_(std::move(other.got_)),
      closed_(other.closed_) {}

RawClient::~RawClient() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent =
        ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
             : static_cast<int>(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::size_t RawClient::send_what_fits(std::string_view bytes) {
  std::size_t total = 0;
  while (total < bytes.size() && wait_for(descriptor_, POLLOUT, 200)) {
    const auto rest = bytes.substr(total);
    const ssize_t sent = ::send(descriptor_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent <= 0) break;
    total += static_cast<std::size_t>(sent);
  }
  return total;
}

bool RawClient::fill() {
  std::array<char, 16384> buffer{};
  const auto receive_once = [&] {
    errno = 0;
    return ssl_ ? SSL_read(ssl_.get(), buffer.data(), buffer.size())
                : static_cast<int>(recv(descriptor_, buffer.data(), buffer.size(), 0));
  };
  int size = receive_once();
  while (size < 0 && errno == EINTR) size = receive_once();
  if (size <= 0) {
    closed_ = size == 0 || errno != EAGAIN;
    return false;
  }
  got_.append(buffer.data(), static_cast<std::size_t>(size));
  return true;
}

std::string RawClient::receive() {
  if (got_.empty()) fill();
  return std::exchange(got_, {});
}

std::string RawClient::receive_until(std::string_view mark) {
  std::size_t at = got_.find(mark);
  while (at == std::string::npos && fill()) at = got_.find(mark);
  return receive_exactly(at == std::string::npos ? got_.size() : at + mark.size());
}

std::string RawClient::receive_exactly(std::size_t size) {
  while (got_.size() < size && fill()) {
  }
  std::string bytes = got_.substr(0, size);
  got_.erase(0, bytes.size());
  return bytes;
}

std::string RawClient::receive_all() {
  while (fill()) {
  }
  return std::exchange(got_, {});
}

void RawClient::finish_sending() { shutdown(descriptor_, SHUT_WR); }

std::string RawClient::certificate() const {
  const std::unique_ptr<X509, void (*)(X509*)> peer(SSL_get1_peer_certificate(ssl_.get()),
                                                    X509_free);
  std::array<char, 256> name{};
  X509_NAME_oneline(X509_get_subject_name(peer.get()), name.data(), name.size());
  return name.data();
}

RawClient::Answer RawClient::receive_answer(bool to_head) {
  Answer answer;
  answer.head = receive_until("\r\n\r\n");
  if (answer.head.size() < 12) return answer;
  answer.status = std::atoi(answer.head.c_str() + 9);
  if (to_head) return answer;
  if (answer.head.find("transfer-encoding: chunked") != std::string::npos) {
    for (;;) {
      const std::string size = receive_until("\r\n");
      const auto length = std::strtoul(size.c_str(), nullptr, 16);
      const std::string piece = receive_exactly(length + 2);
      if (length == 0 || piece.size() < 2) return answer;
      answer.body += piece.substr(0, length);
    }
  }
  const std::size_t length = answer.head.find("content-length: ");
  if (length != std::string::npos) {
    answer.body = receive_exactly(std::strtoul(answer.head.c_str() + length + 16, nullptr, 10));
  }
  return answer;
}

RawClient::Answer RawClient::ask(std::string_view request) {
  send(request);
  return receive_answer();
}

std::string RawClient::upgrade(std::string_view path, std::string_view more_headers) {
  send("GET " + std::string(path) +
       " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
       "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
       std::string(more_headers) + "\r\n");
  return receive_until("\r\n\r\n");
}

std::string RawClient::frame(int kind, std::string_view payload) {
  std::string bytes(1, static_cast<char>(kind));
  const std::size_t size = payload.size();
  if (size < 126) {
    bytes += static_cast<char>(0x80 | size);
  } else {
    const int length = size < 65536 ? 2 : 8;
    bytes += static_cast<char>(0x80 | (length == 2 ? 126 : 127));
    for (int shift = 8 * (length - 1); shift >= 0; shift -= 8) {
      bytes += static_cast<char>(size >> shift & 0xFF);
    }
  }
  constexpr std::string_view kMask = "\x12\x34\x56\x78";
  bytes += kMask;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(payload[i] ^ kMask[i % 4]);
  return bytes;
}

int RawClient::Frame::close_code() const {
  if (kind != 0x88 || payload.size() < 2) return 0;
  return static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
}

RawClient::Frame RawClient::receive_frame() {
  const std::string head = receive_exactly(2);
  if (head.size() < 2) return {};
  Frame frame;
  frame.kind = static_cast<unsigned char>(head[0]);
  std::size_t size = static_cast<unsigned char>(head[1]);
  if (size >= 126) {
    const std::string length = receive_exactly(size == 126 ? 2 : 8);
    size = 0;
    for (char c : length) size = size << 8 | static_cast<unsigned char>(c);
  }
  frame.payload = receive_exactly(size);
  return frame;
}

}  // namespace voiceagent::test
#endif
