// From the choices of an agent's providers to the providers that its sessions talk to: the chain,
// checked, each with its health, in one wrapper.
#pragma once

#include <memory>
#include <vector>

#include "audio/frame_pool.h"
#include "core/admission/agent_pools.h"
#include "core/resilience/course.h"
#include "voiceagent/agent.h"
#include "voiceagent/registry.h"

namespace voiceagent {

// What chains are made of.
struct ChainParts {
  const Registry& registry;
  ProviderContext context;
  HealthBoard& board;
  std::shared_ptr<FramePool> frames;
  std::vector<WatchedProvider>& watched;  // all that get into chains are added
};

// What a chain comes to.
template <class Provider>
struct MadeChain {
  std::shared_ptr<Provider> provider;  // null: the mode does without
  ChainPools pools;
};

// Makes what `agent` chose. The error names the provider, what is wrong and what to do.
Result<MadeChain<SttProvider>> make_stt_chain(const AgentOptions& agent, const ChainParts& parts);
Result<MadeChain<LlmProvider>> make_llm_chain(const AgentOptions& agent, const ChainParts& parts);
Result<MadeChain<TtsProvider>> make_tts_chain(const AgentOptions& agent, const ChainParts& parts);

// How long a session waits for progress of a reply or of its speech before it gives up: longer than
// all the providers of the chain may take, whose deadlines come first.
Duration reply_patience(const AgentOptions& agent);
Duration speech_patience(const AgentOptions& agent);

}  // namespace voiceagent
