// Browsers say from which page a request comes: who may call from where, and with what.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "net/http.h"
#include "voiceagent/server.h"

namespace voiceagent::server {

// Constant; any thread.
class OriginPolicy {
 public:
  // `known_hosts_only`: nothing but the Host that a request names tells pages of our own from
  // others, as on a loopback without a token. A page can have any name resolve to any address (DNS
  // rebinding), so only those names count that nobody else can have, or that are listed.
  OriginPolicy(CorsOptions options, bool known_hosts_only)
      : options_(std::move(options)), known_hosts_only_(known_hosts_only) {}

  // Whether the request names the server by a Host that may be its own.
  bool knows_host(const net::HttpRequest& request) const;
  // Whether the page that sent the request may do so: there is none, it is one of our own, or its
  // origin is among those that the configuration names.
  bool may_call(const net::HttpRequest& request) const;
  // What lets the page read the answer.
  void add_headers(const net::HttpRequest& request, net::HttpHeaders& headers) const;
  // What else answers a preflight for a path that has these methods.
  void add_preflight_headers(const net::HttpRequest& request,
                             const std::vector<std::string>& methods,
                             net::HttpHeaders& headers) const;

 private:
  bool is_listed(std::string_view origin) const;

  const CorsOptions options_;
  const bool known_hosts_only_;
};

}  // namespace voiceagent::server
