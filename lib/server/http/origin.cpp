#include "server/http/origin.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "base/text.h"
#include "net/ip_address.h"

namespace voiceagent::server {
namespace {

// Whether `origin` is that of the address which the request was sent to.
bool is_own(const net::HttpRequest& request, std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  return scheme != std::string_view::npos && origin.substr(scheme + 3) == request.header("host");
}

}  // namespace

// Browsers always name a host.
bool OriginPolicy::knows_host(const net::HttpRequest& request) const {
  const std::string_view host = request.header("host");
  if (!known_hosts_only_ || host.empty()) return true;
  const std::string_view name = net::without_port(host);
  const bool is_address = name.find('%') == std::string_view::npos && net::IpAddress::parse(name);
  if (is_address || to_lower(name) == "localhost") return true;
  return is_listed("http://" + std::string(host)) || is_listed("https://" + std::string(host));
}

bool OriginPolicy::is_listed(std::string_view origin) const {
  return std::ranges::any_of(options_.origins, [origin](const std::string& listed) {
    return listed == "*" || listed == origin;
  });
}

bool OriginPolicy::may_call(const net::HttpRequest& request) const {
  const std::string_view origin = request.header("origin");
  return origin.empty() || is_own(request, origin) || is_listed(origin);
}

void OriginPolicy::add_headers(const net::HttpRequest& request, net::HttpHeaders& headers) const {
  if (options_.origins.empty()) return;
  headers.add("vary", "origin");
  const std::string_view origin = request.header("origin");
  if (origin.empty() || !is_listed(origin)) return;
  headers.set("access-control-allow-origin", std::string(origin));
  headers.set("access-control-expose-headers",
              "x-request-id, x-session-id, ratelimit-limit, ratelimit-remaining, ratelimit-reset, "
              "retry-after");
}

void OriginPolicy::add_preflight_headers(const net::HttpRequest& request,
                                         const std::vector<std::string>& methods,
                                         net::HttpHeaders& headers) const {
  const std::string_view origin = request.header("origin");
  if (!request.headers.has("access-control-request-method") || !is_listed(origin)) return;
  std::string list;
  for (const std::string& method : methods) list += (list.empty() ? "" : ", ") + method;
  headers.set("access-control-allow-methods", list);
  headers.set("access-control-allow-headers",
              "authorization, content-type, accept, x-request-id, "
              "x-transport-preference");
  headers.set(
      "access-control-max-age",
      std::to_string(std::chrono::duration_cast<std::chrono::seconds>(options_.max_age).count()));
}

}  // namespace voiceagent::server
