// Everything between a request's headers and its route: who may come in, and what every answer
// carries.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "net/http_server.h"
#include "server/http/call.h"
#include "server/http/origin.h"
#include "server/http/rate_limiter.h"
#include "server/services/services.h"

namespace voiceagent::server {

// Any thread.
class Application final : public net::HttpApplication,
                          public AnswerPolicy,
                          public std::enable_shared_from_this<Application> {
 public:
  Application(ServerOptions options, std::shared_ptr<ServerHost> host);

  Services& services() { return services_; }

  std::optional<net::HttpResponse> check(const net::HttpRequest& head,
                                         std::size_t& max_body) override;
  void serve(std::shared_ptr<net::HttpExchange> exchange) override;
  net::UpgradeAnswer upgrade(const net::HttpRequest& request) override;
  net::HttpResponse refuse(int status, std::string_view detail,
                           const net::HttpRequest& request) override;

  void dress(const net::HttpRequest& request, const Route* route,
             net::HttpResponse& response) override;
  void record(const CallRecord& record) override;
  std::optional<Problem> admit(const net::HttpRequest& request) override;

 private:
  // What a request with these headers is answered before its body comes; none: go on.
  std::optional<net::HttpResponse> early_answer(const net::HttpRequest& head,
                                                const RouteMatch& match);
  net::HttpResponse options_answer(const net::HttpRequest& head, const RouteMatch& match) const;
  std::optional<Problem> upgrade_problem(const net::HttpRequest& request, bool token_may_follow);
  // What every answer carries, whether or not its request counted for the rate.
  void dress_any(const net::HttpRequest& request, net::HttpResponse& response);
  // Dresses and records an answer that no Call gives.
  net::HttpResponse finish(const net::HttpRequest& request, const Route* route,
                           net::HttpResponse response);

  Services services_;
  const OriginPolicy origins_;
  RateLimiter limiter_;
};

}  // namespace voiceagent::server
