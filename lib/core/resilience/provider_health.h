// What is known of a provider's health, and the board where all sessions of an engine look it up.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "core/resilience/breaker.h"
#include "core/resilience/latency_window.h"
#include "voiceagent/provider.h"

namespace voiceagent {

struct ProviderHealth {
  CircuitBreaker breaker;
  LatencyWindow first_token;  // of a model
  LatencyWindow audio_pause;  // of a voice: the longest one in each of its streams
  HedgeBudget hedges;
};

// A provider of an agent, and what is known of it.
struct WatchedProvider {
  ProviderKind kind;
  std::string name;
  std::shared_ptr<const ProviderHealth> health;
};

// Any thread. Agents with the same provider and the same options share its health.
class HealthBoard {
 public:
  std::shared_ptr<ProviderHealth> of(const std::string& key);

 private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<ProviderHealth>> known_;
};

}  // namespace voiceagent
