// A server's part on one loop: its connections there and what they share.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "net/admission.h"
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

// A connection as its loop sees it; everything on the loop.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual void tick(Time now) = 0;  // now and then: deadlines
  virtual void drain() = 0;         // the server wants to end: what is idle closes
  virtual void cut() = 0;           // ends whatever it does; WebSockets take leave of the client
  virtual void abort() = 0;         // ends at once
};

class ServerLoop : public std::enable_shared_from_this<ServerLoop> {
 public:
  ServerLoop(std::shared_ptr<ServerShared> shared, std::shared_ptr<Loop> loop);
  ~ServerLoop();
  ServerLoop(const ServerLoop&) = delete;
  ServerLoop& operator=(const ServerLoop&) = delete;

  const HttpServerOptions& options() const { return shared_->options; }
  HttpApplication& application() const { return *shared_->application; }
  const std::vector<IpRange>& trusted() const { return shared_->trusted; }
  bool draining() const { return shared_->draining.load(std::memory_order_relaxed); }
  const std::shared_ptr<Loop>& loop() const { return loop_; }

  // Any thread: takes a new connection.
  void take(Descriptor descriptor, Place place);

  // On the loop.
  void add(const std::shared_ptr<Connection>& connection);
  void remove(Connection* connection);
  void drain();
  // Ends what is open; how many that were.
  std::size_t cut();
  // The same at once.
  void abort();
  // For reading into; what is there is used up before anyone else reads.
  std::span<char> read_buffer() { return read_buffer_; }
  // For putting something together that is written at once.
  std::string& write_buffer() {
    write_buffer_.clear();
    return write_buffer_;
  }
  // The value of a date header.
  std::string_view date();

  // Any thread: how many connections it has or is about to have.
  std::size_t connections() const {
    return open_.load(std::memory_order_relaxed) + coming_.load(std::memory_order_relaxed);
  }
  // How much was moved and how many WebSockets there are; written by the loop alone.
  struct Counters {
    std::atomic<std::uint64_t> bytes_in = 0;
    std::atomic<std::uint64_t> bytes_out = 0;
    std::atomic<std::uint64_t> web_sockets = 0;
    std::atomic<std::uint64_t> dropped_messages = 0;
    static void add(std::atomic<std::uint64_t>& counter, std::uint64_t more) {
      counter.store(counter.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
    }
  };
  Counters counters;

 private:
  void accept(Descriptor descriptor, Place place);
  void schedule_tick();
  void tick();
  std::vector<std::shared_ptr<Connection>> all() const;

  const std::shared_ptr<ServerShared> shared_;
  const std::shared_ptr<Loop> loop_;
  const Duration tick_period_;
  bool ticking_ = false;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  std::atomic<std::size_t> open_ = 0;
  std::atomic<std::size_t> coming_ = 0;
  std::vector<char> read_buffer_;
  std::string write_buffer_;
  std::int64_t date_second_ = 0;
  std::string date_;
};

}  // namespace voiceagent::net
