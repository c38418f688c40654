// A server's part on one loop: its connections there and what they share.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "net/admission.h"
#include "net/connection_set.h"
#include "net/descriptor.h"
#include "net/http_server.h"
#include "net/ip_address.h"
#include "net/loop.h"
#include "net/tls.h"

namespace voiceagent::net {

// What all loops of a server share.
struct ServerShared {
  ServerShared(HttpServerOptions given, std::shared_ptr<HttpApplication> served,
               std::vector<IpRange> proxies)
      : options(std::move(given)),
        application(std::move(served)),
        trusted(std::move(proxies)),
        admission(std::make_shared<Admission>(options.max_connections,
                                              options.max_connections_per_address)) {}

  TlsContext tls() const {
    const std::lock_guard lock(tls_mutex);
    return tls_context;
  }
  void set_tls(TlsContext context) {
    const std::lock_guard lock(tls_mutex);
    tls_context = std::move(context);
  }

  const HttpServerOptions options;
  const std::shared_ptr<HttpApplication> application;
  const std::vector<IpRange> trusted;
  const std::shared_ptr<Admission> admission;
  std::atomic<bool> draining = false;

 private:
  mutable std::mutex tls_mutex;
  TlsContext tls_context;
};

class ServerLoop final : public ConnectionSet {
 public:
  ServerLoop(std::shared_ptr<ServerShared> shared, std::shared_ptr<Loop> loop);

  const HttpServerOptions& options() const { return shared_->options; }
  HttpApplication& application() const { return *shared_->application; }
  const std::vector<IpRange>& trusted() const { return shared_->trusted; }
  bool draining() const { return shared_->draining.load(std::memory_order_relaxed); }

  // Any thread: takes a new connection.
  void take(Descriptor descriptor, Place place);

  // On the loop.
  void drain();
  // Ends what is open; how many that were.
  std::size_t cut();
  // The same at once.
  void abort();
  // The value of a date header.
  std::string_view date();

  // Any thread: how many connections it has or is about to have.
  std::size_t connections() const { return open() + coming_.load(std::memory_order_relaxed); }

 private:
  void accept(Descriptor descriptor, Place place);
  std::shared_ptr<ServerLoop> shared_self() {
    return std::static_pointer_cast<ServerLoop>(shared_from_this());
  }

  const std::shared_ptr<ServerShared> shared_;
  std::atomic<std::size_t> coming_ = 0;
  std::int64_t date_second_ = 0;
  std::string date_;
};

}  // namespace voiceagent::net
