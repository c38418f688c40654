// The agent of dialogues.
#include <chrono>
#include <utility>

#include "transports/dialogue/dialogues.h"
#include "transports/dialogue/patient_stt.h"

namespace voiceagent::transports {
namespace {

// An object that is there already, its fallbacks in it, or none: nothing is loaded again.
template <class Provider>
void use(ProviderChoice<Provider>& choice, std::shared_ptr<Provider> provider) {
  choice.options = {};
  choice.fallbacks.clear();
  choice.instance = std::move(provider);
  if (choice.instance == nullptr) choice.name.clear();
}

}  // namespace

AgentOptions utterance_agent_options(const Agent& agent, const DialogueOptions& options) {
  const SessionProviders providers = agent.providers();
  AgentOptions made = agent.options();
  use(made.stt,
      providers.stt != nullptr ? patient_stt(providers.stt, options.max_utterance) : providers.stt);
  use(made.llm, providers.llm);
  use(made.tts, providers.tts);
  use(made.vad, providers.vad);
  made.turn_detector = nullptr;
  made.strategies = {};
  made.mode = Mode::kTextToText;
  made.greeting.clear();
  made.turn.manual_end = true;
  made.turn.preemptive_replies = 0;
  made.turn.idle_after = Duration(0);
  made.turn.mute_until_first_reply = false;
  // An utterance comes at once: how long it is was looked at before, and recognising it may take as
  // long as the request may.
  made.limits.max_utterance = std::chrono::hours(24);
  made.limits.final_timeout = options.deadline;
  made.limits.max_session = Duration(0);
  return made;
}

}  // namespace voiceagent::transports
