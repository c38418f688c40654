// Requests, counted by route.
#pragma once

#include <array>
#include <map>

#include "server/http/call.h"
#include "server/http/router.h"
#include "server/metrics/counters.h"
#include "server/metrics/exposition.h"

namespace voiceagent::server {

// Any thread. `router` must be complete, and outlive it.
class HttpMetrics {
 public:
  explicit HttpMetrics(const Router& router);

  void add(const CallRecord& record);
  void expose(Exposition& out) const;

 private:
  struct Counters {
    std::array<Counter, 5> by_class;  // 1xx to 5xx
    DurationHistogram seconds;
  };

  std::map<const Route*, Counters> routes_;  // constant but for the counters
  Counters others_;                          // what no route answers
};

}  // namespace voiceagent::server
