// More connections than there is room, time or a descriptor for.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "net/http_server.h"
#include "support/catch.h"
#include "support/raw_client.h"
#include "support/sanitized.h"
#include "support/web_app.h"

using namespace voiceagent;
using namespace voiceagent::net;
using namespace std::chrono_literals;
using test::RawClient;
using test::WebApp;
using test::WebServer;

namespace {

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

// How many descriptors the process may have, for as long as it lives.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t limit) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit now{std::min(limit, before_.rlim_max), before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &now);
    limit_ = now.rlim_cur;
  }
  ~DescriptorLimit() { setrlimit(RLIMIT_NOFILE, &before_); }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;
  rlim_t limit() const { return limit_; }

 private:
  rlimit before_{};
  rlim_t limit_ = 0;
};

// All descriptors that the process may still have, but for some that are given back.
class Hoard {
 public:
  Hoard() {
    for (int taken = dup(0); taken >= 0; taken = dup(0)) taken_.push_back(taken);
  }
  ~Hoard() { give_back(taken_.size()); }
  Hoard(const Hoard&) = delete;
  Hoard& operator=(const Hoard&) = delete;
  void give_back(std::size_t count) {
    for (; count > 0 && !taken_.empty(); --count) {
      close(taken_.back());
      taken_.pop_back();
    }
  }

 private:
  std::vector<int> taken_;
};

class Lines final : public Logger {
 public:
  void write(LogLevel level, std::string_view, std::string_view message) override {
    const std::lock_guard lock(mutex_);
    if (level == LogLevel::kError) errors_.emplace_back(message);
  }
  bool wants(LogLevel) const override { return true; }
  std::vector<std::string> errors() const {
    const std::lock_guard lock(mutex_);
    return errors_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> errors_;
};

struct Quiet final : WebSocketHandler {
  void opened(std::shared_ptr<WebSocket>) override {}
  void text(std::span<char>) override {}
  void binary(std::span<const std::byte>) override {}
  void closed(int, std::string_view) override {}
};

// Those who have come through a proxy, at most two WebSockets each.
struct ProxyStand {
  ProxyStand() {
    app->on_upgrade = [](const HttpRequest& request) {
      UpgradeAnswer answer;
      answer.refusal.status = 404;
      if (request.path == "/ws") answer.handler = std::make_unique<Quiet>();
      return answer;
    };
    HttpServerOptions options;
    options.max_connections_per_address = 2;
    options.trusted_proxies = {"127.0.0.1"};
    server.emplace(app, options, 2);
  }
  // The status of an upgrade; one that works is kept open.
  int upgrade(const std::string& forwarded, const std::string& path = "/ws") {
    RawClient client((*server).port());
    const std::string head = client.upgrade(path, forwarded);
    if (head.starts_with("HTTP/1.1 101 ")) open.push_back(std::move(client));
    return std::stoi(head.substr(9));
  }

  std::shared_ptr<WebApp> app = std::make_shared<WebApp>();
  std::optional<WebServer> server;
  std::deque<RawClient> open;
};

// The sanitizers open some themselves, when it pleases them.
bool may_use_up_descriptors() {
  if (test::kSanitized) WARN("skipped: the sanitizers need descriptors of their own");
  return !test::kSanitized;
}

}  // namespace

TEST_CASE("without a descriptor for one more, a server serves those it has, and others later") {
  if (!may_use_up_descriptors()) return;
  const auto lines = std::make_shared<Lines>();
  HttpServerOptions options;
  options.logger = lines;
  WebServer server(std::make_shared<WebApp>(), options);
  RawClient kept(server.port());
  CHECK(kept.ask(kGet).status == 200);
  {
    const DescriptorLimit limit(256);
    Hoard hoard;
    hoard.give_back(1);
    RawClient waiting(server.port());  // takes the last one
    REQUIRE(waiting.connected());
    REQUIRE(waiting.send(kGet));
    while (lines->errors().empty()) std::this_thread::yield();
    CHECK(lines->errors().front().find("ulimit -n") != std::string::npos);
    for (int i = 0; i < 20; ++i) CHECK(kept.ask(kGet).status == 200);
    CHECK(server->statistics().accepted == 1);
    hoard.give_back(1);
    CHECK(waiting.receive_answer().status == 200);
  }
  CHECK(RawClient(server.port()).ask(kGet).status == 200);
}

TEST_CASE("a client behind a proxy has as many WebSockets as connections from one address may be") {
  ProxyStand stand;
  const std::string one = "X-Forwarded-For: 9.9.9.9\r\n";
  for (int i = 0; i < 3; ++i) CHECK(stand.upgrade(one, "/nothing") == 404);
  CHECK(stand.upgrade(one) == 101);
  CHECK(stand.upgrade(one) == 101);
  CHECK(stand.upgrade(one) == 429);
  CHECK((*stand.server)->statistics().refused == 1);
  CHECK(stand.upgrade("X-Forwarded-For: 8.8.8.8\r\n") == 101);
  for (int i = 0; i < 3; ++i) CHECK(stand.upgrade("") == 101);  // the proxy's own
  CHECK(
      RawClient(stand.server->port()).ask("GET / HTTP/1.1\r\nHost: a\r\n" + one + "\r\n").status ==
      200);
  stand.open.pop_front();
  while ((*stand.server)->statistics().open > stand.open.size()) std::this_thread::yield();
  CHECK(stand.upgrade(one) == 101);
  CHECK(stand.upgrade(one) == 429);
}

TEST_CASE("a server that waits for a descriptor doesn't spin, and complains once") {
  if (!may_use_up_descriptors()) return;
  const auto lines = std::make_shared<Lines>();
  HttpServerOptions options;
  options.logger = lines;
  WebServer server(std::make_shared<WebApp>(), options);
  const DescriptorLimit limit(256);
  Hoard hoard;
  hoard.give_back(1);
  RawClient waiting(server.port());
  while (lines->errors().empty()) std::this_thread::yield();
  const Duration cpu = server.loops().front()->cpu_time();
  std::this_thread::sleep_for(500ms);
  CHECK(server.loops().front()->cpu_time() - cpu < 250ms);
  CHECK(lines->errors().size() == 1);
}

TEST_CASE("a thousand half-open connections don't keep others from being served, and are closed") {
  constexpr std::size_t kHalfOpen = 1'000;
  const DescriptorLimit limit(3 * kHalfOpen);  // both ends are ours
  REQUIRE(limit.limit() > 2 * kHalfOpen + 100);
  HttpServerOptions options;
  options.header_timeout = 2s;
  options.keep_alive_timeout = 2s;
  WebServer server(std::make_shared<WebApp>(), options, 2);
  std::vector<RawClient> half_open;
  for (std::size_t i = 0; i < kHalfOpen; ++i) {
    half_open.emplace_back(server.port());
    REQUIRE(half_open.back().send(i % 2 == 0 ? "GET / HTTP/1.1\r\nHos" : ""));
  }
  for (int i = 0; i < 20; ++i) CHECK(RawClient(server.port()).ask(kGet).status == 200);
  CHECK(server->statistics().refused == 0);
  for (RawClient& client : half_open) {
    client.receive_all();
    CHECK(client.closed());
  }
  while (server->statistics().open > 0) std::this_thread::yield();
}
