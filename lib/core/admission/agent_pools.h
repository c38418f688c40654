// The pools of an agent's providers, and whether they have room for another session.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "voiceagent/events.h"
#include "voiceagent/pool.h"
#include "voiceagent/session.h"

namespace voiceagent {

// Why who comes next would wait for this pool in vain; empty: it would not.
std::string overrun(const PoolStatus& pool);

// Those of the providers that are tried one after the other.
class ChainPools {
 public:
  // The next provider's; null: it has none.
  void add(std::shared_ptr<const PoolBoard> pools) { providers_.push_back(std::move(pools)); }
  // Why none of the providers has room; empty: one has.
  std::string overrun() const;

 private:
  std::vector<std::shared_ptr<const PoolBoard>> providers_;
};

// Detectors have none: they run with the session.
struct AgentPools {
  ChainPools stt;
  ChainPools llm;
  ChainPools tts;

  // Why a session that begins in `mode` can't have what it needs; empty: it can. It brings `own`
  // providers along.
  std::string overrun(Mode mode, const SessionProviders& own) const;
};

}  // namespace voiceagent
