#include "core/admission/agent_pools.h"

#include "core/events/mode.h"

namespace voiceagent {

// With as many waiting as there are, who comes next waits for two others.
std::string overrun(const PoolStatus& pool) {
  if (pool.in_use < pool.maximum || pool.waiting == 0) return {};
  const bool many = pool.waiting >= pool.maximum;
  const bool long_ago = pool.patience > Duration(0) && pool.longest_wait >= pool.patience;
  if (!many && !long_ago) return {};
  return "all " + std::to_string(pool.maximum) + " " + pool.name + " are in use, and " +
         (many ? std::to_string(pool.waiting) + " requests wait" : "requests wait for too long");
}

std::string ChainPools::overrun() const {
  std::string first;
  for (const auto& provider : providers_) {
    std::string reason;
    const auto pools = provider != nullptr ? provider->all() : std::vector<PoolStatus>();
    for (const PoolStatus& pool : pools) {
      if (reason.empty()) reason = voiceagent::overrun(pool);
    }
    if (reason.empty()) return {};
    if (first.empty()) first = std::move(reason);
  }
  return first;
}

std::string AgentPools::overrun(Mode mode, const SessionProviders& own) const {
  std::string reason;
  const auto look = [&reason](const ChainPools& pools, bool needed) {
    if (needed && reason.empty()) reason = pools.overrun();
  };
  look(stt, hears(mode) && own.stt == nullptr);
  look(llm, own.llm == nullptr);
  look(tts, speaks(mode) && own.tts == nullptr);
  return reason;
}

}  // namespace voiceagent
