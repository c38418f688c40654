// Which handler answers a method and a path.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace voiceagent::server {

class Call;

struct Route {
  std::string method;       // "GET" answers HEAD too
  std::string pattern;      // "/voice/clips/{id}": what stands in braces is any one segment
  std::string description;  // for the list of endpoints; empty: not listed
  std::function<void(const std::shared_ptr<Call>&)> handler;
  bool open = false;         // served without a token
  bool limited = true;       // counts for the rate limit, and is logged at info
  std::size_t max_body = 0;  // bytes; 0: the server's limit
};

using RouteParameters = std::vector<std::pair<std::string, std::string>>;

struct RouteMatch {
  const Route* route = nullptr;      // null: nothing answers
  std::vector<std::string> allowed;  // methods that the path has; empty: there is no such path
  RouteParameters parameters;
};

// Filled once, then read from any thread.
class Router {
 public:
  // Every path is served under this prefix too.
  static constexpr std::string_view kPrefix = "/api/v1";

  void add(Route route);
  // Answers GET for paths that no route has; it says 404 itself (Call::fail_unrouted).
  void set_fallback(Route route);
  RouteMatch match(std::string_view method, std::string_view path) const;
  std::span<const Route> routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
  Route fallback_;
};

}  // namespace voiceagent::server
