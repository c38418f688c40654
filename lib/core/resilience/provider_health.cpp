#include "core/resilience/provider_health.h"

namespace voiceagent {

std::shared_ptr<ProviderHealth> HealthBoard::of(const std::string& key) {
  const std::lock_guard lock(mutex_);
  std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
  std::weak_ptr<ProviderHealth>& known = known_[key];
  if (std::shared_ptr<ProviderHealth> health = known.lock()) return health;
  auto health = std::make_shared<ProviderHealth>();
  known = health;
  return health;
}

}  // namespace voiceagent
