#include "server/application.h"

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

#include "base/text.h"
#include "net/ip_address.h"
#include "server/routes/routes.h"
#include "transports/websocket/handlers.h"

namespace voiceagent::server {
namespace {

constexpr std::string_view kJsonPath = "/ws";
constexpr std::string_view kStreamPath = "/api/v1/ws/stream";
constexpr std::string_view kSubprotocol = "voiceagent.v1";

Duration steady_now() { return std::chrono::steady_clock::now().time_since_epoch(); }

// The path of a WebSocket endpoint in its canonical form; empty for any other path.
std::string_view web_socket_path(std::string_view path) {
  if (path == kJsonPath || path == "/api/v1/ws") return kJsonPath;
  if (path == kStreamPath || path == "/ws/stream") return kStreamPath;
  return {};
}

bool changes_something(std::string_view method) {
  return method != "GET" && method != "HEAD" && method != "OPTIONS";
}

// Whether a list such as "a, b" has the item.
bool offers(std::string_view list, std::string_view item) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (trim(list.substr(0, comma)) == item) return true;
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return false;
}

Problem no_route(const net::HttpRequest& head, const RouteMatch& match) {
  if (match.allowed.empty()) {
    return problem(404, "nothing is served at " + head.path + "; GET / lists what there is");
  }
  std::string allowed;
  for (const std::string& method : match.allowed) allowed += (allowed.empty() ? "" : ", ") + method;
  Problem refusal = problem(405, head.path + " takes " + allowed + ", not " + head.method);
  refusal.headers.set("allow", allowed);
  return refusal;
}

Problem too_many_requests(const RateState& rate) {
  Problem refusal = problem(
      429, "too many requests from your address: wait " + std::to_string(rate.retry_s) + " s");
  add_rate_headers(rate, refusal.headers);
  return refusal;
}

Problem foreign_origin(const net::HttpRequest& request) {
  return problem(403, "pages of " + std::string(request.header("origin")) +
                          " may not call this server: its configuration (cors) names those that "
                          "may");
}

Problem unknown_host(const net::HttpRequest& request) {
  const std::string host(request.header("host"));
  return problem(403, "without a token this server answers to localhost and addresses, not to " +
                          host + ": set a token, or list https://" + host +
                          " in its configuration (cors)");
}

// The name of a clip is all that it takes to fetch it.
std::string logged_path(const std::string& path) {
  constexpr std::string_view kClips = "/voice/clips/";
  const std::size_t clip = path.find(kClips);
  return clip == std::string::npos ? path : path.substr(0, clip + kClips.size()) + "[redacted]";
}

std::string access_line(const CallRecord& record) {
  char numbers[64];
  std::snprintf(numbers, sizeof numbers, " %d %llu bytes %.1f ms ", record.status,
                static_cast<unsigned long long>(record.bytes), to_ms(record.duration));
  // A head that could not be read has neither.
  const auto shown = [](const std::string& text) { return text.empty() ? std::string("-") : text; };
  return shown(record.request.method) + " " + shown(logged_path(record.request.path)) + numbers +
         "from " + record.request.peer;
}

}  // namespace

Application::Application(ServerOptions options, std::shared_ptr<ServerHost> host)
    : services_(std::move(options), std::move(host)),
      origins_(services_.options.cors, services_.options.auth.token.empty() &&
                                           net::is_loopback_host(services_.options.host)),
      limiter_(services_.options.http.rate_limit, services_.options.http.rate_burst) {
  add_routes(services_);
  services_.http_metrics = std::make_unique<HttpMetrics>(services_.router);
}

std::optional<net::HttpResponse> Application::check(const net::HttpRequest& head,
                                                    std::size_t& max_body) {
  const RouteMatch match = services_.router.match(head.method, head.path);
  if (auto answer = early_answer(head, match)) return finish(head, match.route, std::move(*answer));
  if (match.route->max_body != 0) max_body = match.route->max_body;
  return std::nullopt;
}

std::optional<net::HttpResponse> Application::early_answer(const net::HttpRequest& head,
                                                           const RouteMatch& match) {
  const auto refused = [&head](const Problem& problem) {
    return to_response(problem, head.id, head.path);
  };
  if (match.route == nullptr || match.route->limited) {
    if (const auto refusal = admit(head)) return refused(*refusal);
  }
  if (head.method == "OPTIONS" && !match.allowed.empty()) return options_answer(head, match);
  if (match.route == nullptr) return refused(no_route(head, match));
  if (changes_something(head.method) && !origins_.may_call(head)) {
    return refused(foreign_origin(head));
  }
  if (match.route->open) return std::nullopt;
  if (!origins_.knows_host(head)) return refused(unknown_host(head));
  const auto principal = services_.host->authenticate_http(head);
  if (!principal.ok()) return refused(problem_of(principal.status()));
  return std::nullopt;
}

net::HttpResponse Application::options_answer(const net::HttpRequest& head,
                                              const RouteMatch& match) const {
  net::HttpResponse response;
  response.status = 204;
  std::string allowed;
  for (const std::string& method : match.allowed) allowed += (allowed.empty() ? "" : ", ") + method;
  response.headers.set("allow", allowed);
  origins_.add_preflight_headers(head, match.allowed, response.headers);
  return response;
}

void Application::serve(std::shared_ptr<net::HttpExchange> exchange) {
  const net::HttpRequest& request = exchange->request();
  RouteMatch match = services_.router.match(request.method, request.path);
  transports::Principal principal;
  if (!match.route->open) {
    auto known = services_.host->authenticate_http(request);
    if (known.ok()) principal = std::move(*known);
  }
  const Route& route = *match.route;
  services_.calls.fetch_add(1);
  const std::shared_ptr<Call> call(
      new Call(std::move(exchange), std::move(match), std::move(principal), shared_from_this()),
      [self = shared_from_this()](Call* done) {
        delete done;
        self->services_.calls.fetch_sub(1);
      });
  route.handler(call);
}

net::UpgradeAnswer Application::upgrade(const net::HttpRequest& request) {
  net::UpgradeAnswer answer;
  const std::string_view path = web_socket_path(request.path);
  const bool is_stream = path == kStreamPath;
  std::optional<Problem> refusal;
  if (path.empty()) {
    refusal = problem(404, "no WebSocket at " + request.path + ": there are " +
                               std::string(kStreamPath) + " and " + std::string(kJsonPath));
  } else {
    refusal = upgrade_problem(request, is_stream);
  }
  if (refusal) {
    answer.refusal = finish(request, nullptr, to_response(*refusal, request.id, request.path));
    return answer;
  }
  transports::Selection selection = services_.select(request, path);
  const std::shared_ptr<ServerHost>& host = services_.host;
  if (is_stream && offers(request.header("sec-websocket-protocol"), kSubprotocol)) {
    answer.subprotocol = kSubprotocol;
  }
  if (is_stream) answer.max_message_bytes = transports::kMaxStreamMessage;
  answer.handler = is_stream ? transports::make_stream_handler(host, std::move(selection))
                             : transports::make_json_handler(host, std::move(selection));
  answer.headers.set("x-request-id", request.id);
  record({request, nullptr, 101, 0, Duration(0)});
  return answer;
}

std::optional<Problem> Application::upgrade_problem(const net::HttpRequest& request,
                                                    bool token_may_follow) {
  if (auto refusal = admit(request)) return refusal;
  if (!origins_.knows_host(request)) return unknown_host(request);
  if (!origins_.may_call(request)) return foreign_origin(request);
  if (Status status = services_.web_socket_readiness(); !status.ok()) return problem_of(status);
  if (token_may_follow && !request.headers.has("authorization")) return std::nullopt;
  const auto principal = services_.host->authenticate_http(request);
  if (!principal.ok()) return problem_of(principal.status());
  return std::nullopt;
}

net::HttpResponse Application::refuse(int status, std::string_view detail,
                                      const net::HttpRequest& request) {
  net::HttpResponse response =
      to_response(problem(status, std::string(detail)), request.id, request.path);
  dress_any(request, response);
  record({request, nullptr, response.status, response.body.size(), Duration(0)});
  return response;
}

net::HttpResponse Application::finish(const net::HttpRequest& request, const Route* route,
                                      net::HttpResponse response) {
  dress(request, route, response);
  record({request, route, response.status, response.body.size(), Duration(0)});
  return response;
}

void Application::dress(const net::HttpRequest& request, const Route* route,
                        net::HttpResponse& response) {
  dress_any(request, response);
  // What the limiter refused says already when to come again.
  const bool counted = route == nullptr || route->limited;
  if (counted && !response.headers.has("ratelimit-limit")) {
    add_rate_headers(limiter_.look(request.peer, steady_now()), response.headers);
  }
}

void Application::dress_any(const net::HttpRequest& request, net::HttpResponse& response) {
  net::HttpHeaders& headers = response.headers;
  const auto otherwise = [&headers](const char* name, const char* value) {
    if (!headers.has(name)) headers.set(name, value);
  };
  if (!request.id.empty()) headers.set("x-request-id", request.id);
  otherwise("cache-control", "no-store");
  otherwise("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
  headers.set("x-content-type-options", "nosniff");
  headers.set("x-frame-options", "DENY");
  headers.set("referrer-policy", "no-referrer");
  origins_.add_headers(request, headers);
}

std::optional<Problem> Application::admit(const net::HttpRequest& request) {
  const RateState rate = limiter_.take(request.peer, steady_now());
  if (rate.allowed) return std::nullopt;
  return too_many_requests(rate);
}

void Application::record(const CallRecord& record) {
  services_.http_metrics->add(record);
  if (!services_.options.http.access_log) return;
  const bool quiet = record.route != nullptr && !record.route->limited;
  const LogLevel level = quiet ? LogLevel::kDebug : LogLevel::kInfo;
  const std::shared_ptr<Logger>& logger = services_.host->logger();
  if (!logger->wants(level)) return;
  const std::string line = access_line(record);
  logger->log({level, "http", line, record.session, record.request.id});
}

}  // namespace voiceagent::server
