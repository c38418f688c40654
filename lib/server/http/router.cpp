#include "server/http/router.h"

#include <algorithm>

namespace voiceagent::server {
namespace {

// The next segment of a path that begins with '/'; takes it off.
std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool matches(std::string_view pattern, std::string_view path, RouteParameters& parameters) {
  parameters.clear();
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = next_segment(pattern);
    const std::string_view given = next_segment(path);
    if (wanted.starts_with('{')) {
      if (given.empty()) return false;
      parameters.emplace_back(wanted.substr(1, wanted.size() - 2), given);
    } else if (wanted != given) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

// The path without the prefix of the canonical form.
std::string_view unversioned(std::string_view path) {
  if (!path.starts_with(Router::kPrefix)) return path;
  const std::string_view rest = path.substr(Router::kPrefix.size());
  if (rest.empty()) return "/";
  return rest.front() == '/' ? rest : path;
}

bool answers(const Route& route, std::string_view method) {
  return route.method == method || (route.method == "GET" && method == "HEAD");
}

}  // namespace

void Router::add(Route route) { routes_.push_back(std::move(route)); }

void Router::set_fallback(Route route) { fallback_ = std::move(route); }

RouteMatch Router::match(std::string_view method, std::string_view path) const {
  RouteMatch result;
  if (path.empty() || path.front() != '/') return result;
  const std::string_view plain = unversioned(path);
  RouteParameters parameters;
  for (const Route& route : routes_) {
    if (!matches(route.pattern, plain, parameters)) continue;
    if (answers(route, method)) return {&route, {}, std::move(parameters)};
    result.allowed.push_back(route.method);
    if (route.method == "GET") result.allowed.emplace_back("HEAD");
  }
  if (!result.allowed.empty()) {
    result.allowed.emplace_back("OPTIONS");
  } else if (fallback_.handler && answers(fallback_, method)) {
    result.route = &fallback_;
  }
  return result;
}

}  // namespace voiceagent::server
