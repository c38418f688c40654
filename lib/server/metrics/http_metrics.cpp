#include "server/metrics/http_metrics.h"

#include <algorithm>

namespace voiceagent::server {
namespace {

constexpr std::array<std::string_view, 5> kClasses{"1xx", "2xx", "3xx", "4xx", "5xx"};

}  // namespace

HttpMetrics::HttpMetrics(const Router& router) {
  for (const Route& route : router.routes()) routes_[&route];
}

void HttpMetrics::add(const CallRecord& record) {
  const auto found = routes_.find(record.route);
  Counters& counters = found == routes_.end() ? others_ : found->second;
  const int index = std::clamp(record.status / 100 - 1, 0, 4);
  counters.by_class[static_cast<std::size_t>(index)].add();
  if (record.status != 101) counters.seconds.add(record.duration);  // a WebSocket's life begins
}

void HttpMetrics::expose(Exposition& out) const {
  out.counter("voiceagent_http_requests_total", "Requests, by route and status.");
  const auto each = [this](const auto& show) {
    for (const auto& [route, counters] : routes_) show(route->method, route->pattern, counters);
    show(std::string_view("any"), std::string_view("other"), others_);
  };
  each([&out](std::string_view method, std::string_view route, const Counters& counters) {
    for (std::size_t i = 0; i < kClasses.size(); ++i) {
      const std::uint64_t count = counters.by_class[i].value();
      if (count == 0) continue;
      out.value(static_cast<double>(count),
                {{"method", method}, {"route", route}, {"status", kClasses[i]}});
    }
  });
  out.histogram("voiceagent_http_request_seconds",
                "From the complete request to the end of the answer.");
  each([&out](std::string_view method, std::string_view route, const Counters& counters) {
    out.value(counters.seconds, {{"method", method}, {"route", route}});
  });
}

}  // namespace voiceagent::server
