// The one table of an agent's settings: parsing, the environment, the checks and the reference all
// come from it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/setting.h"
#include "voiceagent/agent.h"
#include "voiceagent/options.h"
#include "voiceagent/provider.h"

namespace voiceagent {

using AgentSetting = Setting<AgentOptions>;
using AgentSection = SettingSection<AgentOptions>;

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

}  // namespace voiceagent
