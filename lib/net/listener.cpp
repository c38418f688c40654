#include "net/listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <uv.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "net/ip_address.h"

namespace voiceagent::net {

namespace {

constexpr int kBacklog = 4096;
constexpr int kAcceptsInARow = 64;
constexpr Duration kPause = std::chrono::milliseconds(100);
constexpr Duration kBetweenComplaints = std::chrono::seconds(10);

std::string error_text(int error) { return std::strerror(error); }

struct Resolved {
  addrinfo* list = nullptr;
  Resolved() = default;
  ~Resolved() {
    if (list != nullptr) freeaddrinfo(list);
  }
  Resolved(const Resolved&) = delete;
  Resolved& operator=(const Resolved&) = delete;

  // An IPv4 one, if there is one: "localhost" is 127.0.0.1 to most.
  const addrinfo& best() const {
    for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
      if (each->ai_family == AF_INET) return *each;
    }
    return *list;
  }
};

Status bind_error(const std::string& host, int port, int error) {
  const std::string place = host + ":" + std::to_string(port);
  switch (error) {
    case EADDRINUSE:
      return {ErrorCode::kUnavailable, "can't listen on " + place +
                                           ": the port is in use; stop what uses it, or choose "
                                           "another (0: a free one)"};
    case EADDRNOTAVAIL:
      return invalid_argument("can't listen on " + place + ": " + host +
                              " is no address of this machine");
    case EACCES:
      return {ErrorCode::kUnavailable, "can't listen on " + place +
                                           ": the system doesn't allow it; ports below 1024 need " +
                                           "a privilege"};
    default:
      return {ErrorCode::kUnavailable, "can't listen on " + place + ": " + error_text(error)};
  }
}

}  // namespace

struct Listener::Poll {
  uv_poll_t handle{};
  Listener* listener = nullptr;
};

Result<std::shared_ptr<Listener>> Listener::bind(const std::string& host, int port,
                                                 std::shared_ptr<ServerShared> shared) {
  if (port < 0 || port > 65535) {
    return invalid_argument("port " + std::to_string(port) + " is not between 0 and 65535");
  }
  Resolved resolved;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  const int failed =
      getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &resolved.list);
  if (failed != 0 || resolved.list == nullptr) {
    return invalid_argument("can't listen on \"" + host + "\": " + gai_strerror(failed));
  }
  const addrinfo& address = resolved.best();
  Descriptor owned(socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!owned.valid()) return resource_exhausted("no socket to listen on: " + error_text(errno));
  const int descriptor = owned.get();
  std::shared_ptr<Listener> listener(new Listener(std::move(owned), std::move(shared)));
  const int on = 1;
  const int off = 0;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (address.ai_family == AF_INET6) {
    setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
  }
  if (::bind(descriptor, address.ai_addr, address.ai_addrlen) != 0 ||
      listen(descriptor, kBacklog) != 0) {
    return bind_error(host, port, errno);
  }
  if (Status status = listener->find_name(); !status.ok()) return status;
  return listener;
}

Listener::Listener(Descriptor descriptor, std::shared_ptr<ServerShared> shared)
    : descriptor_(std::move(descriptor)), shared_(std::move(shared)) {}

Listener::~Listener() = default;

Status Listener::find_name() {
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  auto& address = reinterpret_cast<sockaddr&>(bound);
  if (getsockname(descriptor_.get(), &address, &size) != 0) {
    return io_error("the port can't be found out: " + error_text(errno));
  }
  address_ = IpAddress::of(address).to_string();
  port_ = ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(bound).sin6_port
                                            : reinterpret_cast<sockaddr_in&>(bound).sin_port);
  return Status::success();
}

void Listener::start(std::vector<std::shared_ptr<ServerLoop>> loops) {
  loops_ = std::move(loops);
  poll_ = new Poll;
  poll_->listener = this;
  poll_->handle.data = poll_;
  uv_poll_init(loops_.front()->loop()->uv(), &poll_->handle, descriptor_.get());
  watch();
}

void Listener::watch() {
  uv_poll_start(&poll_->handle, UV_READABLE, [](uv_poll_t* handle, int, int) {
    if (Listener* const self = static_cast<Poll*>(handle->data)->listener) self->accept_some();
  });
}

void Listener::stop() {
  if (poll_ == nullptr) return;
  poll_->listener = nullptr;
  uv_poll_stop(&poll_->handle);
  uv_close(reinterpret_cast<uv_handle_t*>(&poll_->handle),
           [](uv_handle_t* handle) { delete static_cast<Poll*>(handle->data); });
  poll_ = nullptr;
  const Descriptor closed = std::move(descriptor_);
  loops_.clear();
}

void Listener::accept_some() {
  for (int i = 0; i < kAcceptsInARow && accept_one(); ++i) {
  }
}

bool Listener::accept_one() {
  sockaddr_storage from{};
  socklen_t size = sizeof(from);
  auto& address = reinterpret_cast<sockaddr&>(from);
  Descriptor descriptor(accept4(descriptor_.get(), &address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!descriptor.valid()) {
    const bool next_may_work = errno == EINTR || errno == ECONNABORTED;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) pause(errno);
    return next_may_work;
  }
  const int on = 1;
  setsockopt(descriptor.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const IpAddress peer = IpAddress::of(address);
  const Verdict verdict = shared_->admission->enter(peer, contains(shared_->trusted, peer));
  Place place(shared_->admission, peer, verdict);
  if (verdict != Verdict::kOverrun) quietest().take(std::move(descriptor), std::move(place));
  return true;
}

// There is no descriptor for one more: those that come wait in the kernel's queue. The socket stays
// readable, so it isn't looked at for a while, or the loop would spin.
void Listener::pause(int error) {
  complain(error);
  uv_poll_stop(&poll_->handle);
  loops_.front()->loop()->post_after(kPause, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->poll_ != nullptr) self->watch();
  });
}

void Listener::complain(int error) {
  const Time now = loops_.front()->loop()->now();
  if (now < next_complaint_) return;
  next_complaint_ = now + kBetweenComplaints;
  const auto& logger = shared_->options.logger;
  if (!logger) return;
  logger->write(LogLevel::kError, "net",
                "no descriptor is left for one more connection (" + error_text(error) +
                    "): those that come wait until another one closes; raise the limit (ulimit "
                    "-n) or lower max_connections");
}

ServerLoop& Listener::quietest() const {
  return **std::min_element(loops_.begin(), loops_.end(), [](const auto& a, const auto& b) {
    return a->connections() < b->connections();
  });
}

}  // namespace voiceagent::net
