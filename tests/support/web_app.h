// A server for tests: on port 0, with loops of its own, and answers given by functions.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/http_server.h"
#include "net/loop.h"
#include "support/gate.h"

namespace voiceagent::test {

struct WebApp final : net::HttpApplication {
  using Serve = std::function<void(std::shared_ptr<net::HttpExchange>)>;
  using Check =
      std::function<std::optional<net::HttpResponse>(const net::HttpRequest&, std::size_t&)>;
  using Upgrade = std::function<net::UpgradeAnswer(const net::HttpRequest&)>;

  // By default: "METHOD path?query body", and no WebSockets.
  Serve on_serve = [](std::shared_ptr<net::HttpExchange> exchange) {
    const net::HttpRequest& request = exchange->request();
    net::HttpResponse response;
    response.headers.set("content-type", "text/plain");
    response.body = request.method + " " + request.path +
                    (request.query.empty() ? "" : "?" + request.query) + " " + request.body;
    exchange->send(std::move(response));
  };
  Check on_check = [](const net::HttpRequest&, std::size_t&) { return std::nullopt; };
  Upgrade on_upgrade = [](const net::HttpRequest&) {
    net::UpgradeAnswer answer;
    answer.refusal.status = 404;
    return answer;
  };

  std::optional<net::HttpResponse> check(const net::HttpRequest& head,
                                         std::size_t& max_body) override {
    return on_check(head, max_body);
  }
  void serve(std::shared_ptr<net::HttpExchange> exchange) override {
    on_serve(std::move(exchange));
  }
  net::UpgradeAnswer upgrade(const net::HttpRequest& request) override {
    return on_upgrade(request);
  }
  net::HttpResponse refuse(int status, std::string_view detail,
                           const net::HttpRequest& request) override {
    net::HttpResponse response;
    response.status = status;
    response.headers.set("x-request-id", request.id);
    response.body = detail;
    return response;
  }
};

// Returns when what has been posted to the loops, and what that posted, has run.
inline void let_pass(const std::vector<std::shared_ptr<net::Loop>>& loops) {
  for (int round = 0; round < 2; ++round) {
    for (const auto& loop : loops) {
      Gate passed;
      loop->post([&passed] { passed.open(); });
      (void)passed.wait();
    }
  }
}

class WebServer {
 public:
  explicit WebServer(std::shared_ptr<WebApp> app, net::HttpServerOptions options = {},
                     int loops = 1) {
    for (int i = 0; i < loops; ++i) {
      loops_.push_back(net::Loop::create("test-" + std::to_string(i)).value());
    }
    auto started = net::HttpServer::start(std::move(options), loops_, std::move(app));
    status = started.status();
    if (started.ok()) server_ = *started;
  }

  // Handlers go before the loops: the last one to hold a loop must not do so on that loop itself,
  // whose thread then ends by itself, perhaps after the program.
  ~WebServer() {
    server_.reset();
    let_pass(loops_);
  }
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  int port() const { return server_->port(); }
  net::HttpServer* operator->() const { return server_.get(); }
  const std::vector<std::shared_ptr<net::Loop>>& loops() const { return loops_; }

  Status status;

 private:
  std::vector<std::shared_ptr<net::Loop>> loops_;  // outlive the server
  std::shared_ptr<net::HttpServer> server_;
};

}  // namespace voiceagent::test
