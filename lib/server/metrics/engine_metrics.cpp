#include "server/metrics/engine_metrics.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

namespace voiceagent::server {
namespace {

using Pools = std::map<std::string, PoolStatus>;

double seconds(Duration duration) { return to_ms(duration) / 1e3; }

// By name, which is what tells their values apart.
Pools pools_of(const Engine& engine) {
  Pools pools;
  for (const PoolStatus& pool : engine.pools()) {
    PoolStatus& sum = pools[pool.name];
    sum.in_use += pool.in_use;
    sum.idle += pool.idle;
    sum.maximum += pool.maximum;
    sum.waiting += pool.waiting;
    sum.created += pool.created;
    sum.failed += pool.failed;
    sum.waits += pool.waits;
    sum.wait_p50 = std::max(sum.wait_p50, pool.wait_p50);
    sum.wait_p99 = std::max(sum.wait_p99, pool.wait_p99);
  }
  return pools;
}

void expose_load(const EngineLoad& load, Exposition& out) {
  out.gauge("voiceagent_engine_sessions", "Sessions that the engine has, of all kinds.");
  out.value(static_cast<double>(load.sessions));
  out.counter("voiceagent_engine_admissions_total", "Sessions that were asked of the engine.");
  out.value(static_cast<double>(load.admitted), {{"result", "admitted"}});
  out.value(static_cast<double>(load.refused), {{"result", "refused"}});
  out.gauge("voiceagent_engine_lateness_seconds", "How late its tasks have been of late.");
  out.value(seconds(load.lateness));
  out.gauge("voiceagent_engine_shedding",
            "What sessions do without: 0 nothing, 1 details of metrics, 2 partial transcripts too, "
            "3 prepared replies too.");
  out.value(static_cast<double>(load.shedding));
}

void expose_pools(const Pools& pools, Exposition& out) {
  const auto each = [&pools, &out](std::string_view label, std::string_view value, auto member) {
    for (const auto& [name, pool] : pools) {
      const auto number = static_cast<double>(pool.*member);
      if (label.empty()) {
        out.value(number, {{"pool", name}});
      } else {
        out.value(number, {{"pool", name}, {label, value}});
      }
    }
  };
  out.gauge("voiceagent_pool_items", "What a pool holds, by state.");
  each("state", "in_use", &PoolStatus::in_use);
  each("state", "idle", &PoolStatus::idle);
  out.gauge("voiceagent_pool_maximum", "So many are lent at a time, at most.");
  each("", "", &PoolStatus::maximum);
  out.gauge("voiceagent_pool_waiting", "Requests that wait now.");
  each("", "", &PoolStatus::waiting);
  out.counter("voiceagent_pool_items_total", "Made so far; failed: could not be made, or broke.");
  each("result", "created", &PoolStatus::created);
  each("result", "failed", &PoolStatus::failed);
  out.counter("voiceagent_pool_waits_total", "Requests that had to wait.");
  each("", "", &PoolStatus::waits);
  out.gauge("voiceagent_pool_wait_seconds", "Of the latest waits: half, and 99 %, were no longer.");
  for (const auto& [name, pool] : pools) {
    out.value(seconds(pool.wait_p50), {{"pool", name}, {"quantile", "0.5"}});
    out.value(seconds(pool.wait_p99), {{"pool", name}, {"quantile", "0.99"}});
  }
}

}  // namespace

void expose_engine(const Engine& engine, Exposition& out) {
  expose_load(engine.load(), out);
  if (const Pools pools = pools_of(engine); !pools.empty()) expose_pools(pools, out);
}

}  // namespace voiceagent::server
