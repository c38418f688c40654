#include "net/http_server.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>

#include "net/ip_address.h"
#include "net/listener.h"
#include "net/server_loop.h"
#include "net/tls.h"

namespace voiceagent::net {

namespace {

using Clock = std::chrono::steady_clock;

// How long clients may take to answer the close frames of a server that ends, and how long a loop
// may take to close what is left. A loop that is stuck must not hang whoever waits for it.
constexpr std::chrono::milliseconds kFarewell{500};
constexpr std::chrono::seconds kLoopTime{10};

// Waits for what several loops do.
class Countdown {
 public:
  explicit Countdown(std::size_t count) : left_(count) {}
  void done() {
    const std::lock_guard lock(mutex_);
    if (--left_ == 0) none_.notify_all();
  }
  bool wait_until(Clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    return none_.wait_until(lock, deadline, [this] { return left_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  std::size_t left_;
};

class Server final : public HttpServer {
 public:
  Server(std::shared_ptr<ServerShared> shared, std::shared_ptr<Listener> listener,
         const std::vector<std::shared_ptr<Loop>>& loops)
      : shared_(std::move(shared)),
        listener_(std::move(listener)),
        port_(listener_->port()),
        address_(listener_->address()) {
    for (const auto& loop : loops) {
      loops_.push_back(std::make_shared<ServerLoop>(shared_, loop));
    }
    loops_.front()->loop()->post(
        [listener = listener_, loops = loops_]() mutable { listener->start(std::move(loops)); });
  }
  ~Server() override { close(std::chrono::milliseconds(0)); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const override { return port_; }
  std::string address() const override { return address_; }
  HttpServerStatistics statistics() const override;
  Status reload_tls() override;
  void stop_accepting() override;
  std::size_t close(std::chrono::milliseconds grace) override;

 private:
  void on_loops(const std::function<void(ServerLoop&)>& task);

  const std::shared_ptr<ServerShared> shared_;
  const std::shared_ptr<Listener> listener_;
  const int port_;
  const std::string address_;
  std::vector<std::shared_ptr<ServerLoop>> loops_;
  std::mutex close_mutex_;
  bool closed_ = false;
};

HttpServerStatistics Server::statistics() const {
  HttpServerStatistics sum;
  sum.accepted = shared_->admission->accepted();
  sum.refused = shared_->admission->refused();
  sum.open = shared_->admission->open();
  for (const auto& loop : loops_) {
    const ConnectionSet::Counters& counters = loop->counters;
    sum.web_sockets += counters.web_sockets.load(std::memory_order_relaxed);
    sum.bytes_in += counters.bytes_in.load(std::memory_order_relaxed);
    sum.bytes_out += counters.bytes_out.load(std::memory_order_relaxed);
    sum.dropped_messages += counters.dropped_messages.load(std::memory_order_relaxed);
  }
  return sum;
}

Status Server::reload_tls() {
  if (!shared_->options.tls) return failed_precondition("this server does not speak TLS");
  auto context = load_tls(*shared_->options.tls);
  if (!context.ok()) return context.status();
  shared_->set_tls(std::move(*context));
  return Status::success();
}

void Server::stop_accepting() {
  if (shared_->draining.exchange(true)) return;
  loops_.front()->loop()->post([listener = listener_] { listener->stop(); });
  for (const auto& loop : loops_) loop->loop()->post([loop] { loop->drain(); });
}

// Runs it on each loop and waits.
void Server::on_loops(const std::function<void(ServerLoop&)>& task) {
  const auto countdown = std::make_shared<Countdown>(loops_.size());
  for (const auto& loop : loops_) {
    loop->loop()->post([loop, task, countdown] {
      task(*loop);
      countdown->done();
    });
  }
  static_cast<void>(countdown->wait_until(Clock::now() + kLoopTime));
}

std::size_t Server::close(std::chrono::milliseconds grace) {
  const std::lock_guard lock(close_mutex_);
  if (std::exchange(closed_, true)) return 0;
  stop_accepting();
  const auto cut = std::make_shared<std::atomic<std::size_t>>(0);
  if (!shared_->admission->wait_empty(Clock::now() + grace)) {
    on_loops([cut](ServerLoop& loop) { *cut += loop.cut(); });
    static_cast<void>(shared_->admission->wait_empty(Clock::now() + kFarewell));
  }
  on_loops([](ServerLoop& loop) { loop.abort(); });
  return *cut;
}

Status check_options(const HttpServerOptions& options) {
  if (options.max_connections == 0) return invalid_argument("max_connections must be at least 1");
  if (options.max_header_bytes < 256) {
    return invalid_argument("max_header_bytes must be at least 256");
  }
  return Status::success();
}

}  // namespace

Result<std::shared_ptr<HttpServer>> HttpServer::start(
    HttpServerOptions options, std::vector<std::shared_ptr<Loop>> loops,
    std::shared_ptr<HttpApplication> application) {
  if (loops.empty()) return invalid_argument("a server needs a loop at least");
  if (Status status = check_options(options); !status.ok()) return status;
  std::vector<IpRange> trusted;
  for (const std::string& text : options.trusted_proxies) {
    auto range = IpRange::parse(text);
    if (!range.ok()) return range.status().within("trusted proxies");
    trusted.push_back(*range);
  }
  TlsContext tls;
  if (options.tls) {
    auto loaded = load_tls(*options.tls);
    if (!loaded.ok()) return loaded.status();
    tls = std::move(*loaded);
  }
  const std::string host = options.host;
  const int port = options.port;
  auto shared = std::make_shared<ServerShared>(std::move(options), std::move(application),
                                               std::move(trusted));
  shared->set_tls(std::move(tls));
  auto listener = Listener::bind(host, port, shared);
  if (!listener.ok()) return listener.status();
  return std::shared_ptr<HttpServer>(
      std::make_shared<Server>(std::move(shared), std::move(*listener), loops));
}

}  // namespace voiceagent::net
