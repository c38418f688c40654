// The one table of an agent's settings: parsing, the environment, the checks and the reference all
// come from it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/agent.h"
#include "voiceagent/options.h"
#include "voiceagent/provider.h"

namespace voiceagent {

struct AgentSetting {
  OptionDescriptor option;  // its default is that of AgentOptions
  std::function<void(AgentOptions&, const OptionValue&)> set;  // a value that was checked
};

struct AgentSection {
  std::string name;         // as in [name]
  std::string description;  // one sentence
  std::vector<AgentSetting> settings;
};

// Sections whose keys are the same for everybody: agent, turn, limits.
const std::vector<AgentSection>& agent_sections();

// A section that names a provider and carries its options.
struct ProviderSection {
  ProviderKind kind;
  std::string_view description;
  std::string* name;  // into AgentOptions
  Options* options;   // into AgentOptions
};

// The sections stt, llm, tts, vad over `agent`; valid as long as it.
std::vector<ProviderSection> provider_sections(AgentOptions& agent);

// "VOICEAGENT_TURN_ENDPOINTING_MS" for ("turn", "endpointing_ms").
std::string environment_name(std::string_view section, std::string_view key);

}  // namespace voiceagent
