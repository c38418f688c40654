#include "server/metrics/resilience_metrics.h"

#include <utility>

#include "server/metrics/follow.h"
#include "voiceagent/events.h"

namespace voiceagent::server {

void ResilienceMetrics::watch(EventBus& events) {
  const auto self = shared_from_this();
  follow<event::ProviderFailover>(events, [self](const event::ProviderFailover& e) {
    self->add(self->failovers_, {std::string(to_string(e.stage)), std::string(e.from),
                                 std::string(e.to), std::string(to_string(e.code))});
  });
  follow<event::BreakerChanged>(events, [self](const event::BreakerChanged& e) {
    self->add(self->breakers_,
              {std::string(to_string(e.stage)), std::string(e.provider), std::string(e.state)});
  });
  follow<event::StageDelayed>(events, [self](const event::StageDelayed& e) {
    self->add(self->delays_, {std::string(to_string(e.stage)), std::string(e.provider)});
  });
  follow<event::ReplyHedged>(events, [self](const event::ReplyHedged& e) {
    self->add(self->hedged_, {std::string(e.first), std::string(e.second)});
  });
}

template <std::size_t N>
void ResilienceMetrics::add(Counts<N>& counts, std::array<std::string, N> labels) {
  const std::lock_guard lock(mutex_);
  ++counts[std::move(labels)];
}

void ResilienceMetrics::expose(Exposition& out) const {
  const std::lock_guard lock(mutex_);
  out.counter("voiceagent_failovers_total",
              "Tries after a failure; from and to are the same in a retry.");
  for (const auto& [key, count] : failovers_) {
    out.value(static_cast<double>(count),
              {{"stage", key[0]}, {"from", key[1]}, {"to", key[2]}, {"code", key[3]}});
  }
  out.counter("voiceagent_breaker_changes_total", "Breakers that opened, half opened or closed.");
  for (const auto& [key, count] : breakers_) {
    out.value(static_cast<double>(count),
              {{"stage", key[0]}, {"provider", key[1]}, {"state", key[2]}});
  }
  out.counter("voiceagent_stage_delays_total", "Waits that used up half of their deadline.");
  for (const auto& [key, count] : delays_) {
    out.value(static_cast<double>(count), {{"stage", key[0]}, {"provider", key[1]}});
  }
  out.counter("voiceagent_hedged_replies_total", "Replies that were asked for a second time.");
  for (const auto& [key, count] : hedged_) {
    out.value(static_cast<double>(count), {{"first", key[0]}, {"second", key[1]}});
  }
}

}  // namespace voiceagent::server
