// What the routes work with.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "net/http_server.h"
#include "server/host/server_host.h"
#include "server/http/router.h"
#include "server/metrics/http_metrics.h"
#include "server/metrics/session_metrics.h"
#include "server/web/page_files.h"
#include "transports/selection.h"
#include "voiceagent/server.h"

namespace voiceagent::server {

// Lives as long as any request is being answered. Any thread.
struct Services {
  Services(ServerOptions server_options, std::shared_ptr<ServerHost> server_host);

  const ServerOptions options;
  const std::shared_ptr<ServerHost> host;
  const PageFiles page;
  const transports::AdapterRegistry adapters;
  const std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  Router router;                                // complete before the first request
  std::unique_ptr<HttpMetrics> http_metrics;    // over the complete router
  std::atomic<net::HttpServer*> http{nullptr};  // null until it listens
  std::atomic<std::size_t> calls{0};            // requests being answered

  net::HttpServerStatistics connections() const {
    const net::HttpServer* server = http.load();
    return server != nullptr ? server->statistics() : net::HttpServerStatistics{};
  }
  // Ok: a session would be taken now. Else why not.
  Status readiness() const;
  // Ok: one more WebSocket would be taken now, by which a session may be taken up again although
  // there is no room for another. Else why not.
  Status web_socket_readiness() const;
  // Which transport suits this request, at `path` ("" : the server may choose).
  transports::Selection select(const net::HttpRequest& request, std::string_view path) const;
};

}  // namespace voiceagent::server
