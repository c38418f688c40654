#include "support/raw_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <tuple>
#include <utility>

namespace voiceagent::test {
namespace {

// A socket bound to a free port of 127.0.0.1, and that port.
std::pair<int, int> bind_loopback() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (socket < 0 || bind(socket, generic, size) != 0 || getsockname(socket, generic, &size) != 0) {
    std::abort();
  }
  return {socket, ntohs(address.sin_port)};
}

}  // namespace

std::string RawConnection::read_request() {
  std::string text = std::exchange(left_, {});
  std::size_t end = text.find("\r\n\r\n");
  while (end == std::string::npos) {
    const std::string more = read(4096);
    if (more.empty()) return {};
    text += more;
    end = text.find("\r\n\r\n");
  }
  std::size_t size = end + 4;
  const std::size_t length = text.find("Content-Length: ");
  if (length < end) size += static_cast<std::size_t>(std::atol(text.c_str() + length + 16));
  while (text.size() < size) {
    const std::string more = read(4096);
    if (more.empty()) return {};
    text += more;
  }
  left_ = text.substr(size);
  return text.substr(0, size);
}

bool RawConnection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string RawConnection::read(std::size_t size) {
  if (!left_.empty()) {
    std::string text = left_.substr(0, size);
    left_.erase(0, text.size());
    return text;
  }
  std::array<char, 4096> bytes{};
  const ssize_t got = recv(socket_, bytes.data(), std::min(size, bytes.size()), 0);
  return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
}

void RawConnection::wait_for_end() {
  while (!read(4096).empty()) {
  }
}

void RawConnection::reset() {
  const linger hard{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
}

RawServer::RawServer(std::function<void(RawConnection&)> serve) : serve_(std::move(serve)) {
  std::tie(listener_, port_) = bind_loopback();
  if (listen(listener_, 64) != 0) std::abort();
  acceptor_ = std::thread([this] { accept_all(); });
}

RawServer::~RawServer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
  }
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  close(listener_);
}

std::string RawServer::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

void RawServer::accept_all() {
  for (;;) {
    const int socket = accept(listener_, nullptr, nullptr);
    const std::lock_guard lock(mutex_);
    if (socket < 0 || ending_) {
      if (socket >= 0) close(socket);
      return;
    }
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket, number = accepted_++] {
      RawConnection connection(socket, number);
      serve_(connection);
      const std::lock_guard closing(mutex_);
      std::erase(sockets_, socket);
      close(socket);
      ++closed_;
      changed_.notify_all();
    });
  }
}

int closed_port() {
  const auto [socket, port] = bind_loopback();
  close(socket);
  return port;
}

}  // namespace voiceagent::test
