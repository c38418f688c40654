// An agent's sections, wherever they stand.
#pragma once

#include <string>

#include "config/toml_document.h"
#include "voiceagent/config.h"

namespace voiceagent {

// What parse_agent_config() does with a document that has been parsed.
Result<AgentOptions> read_agent_config(const ConfigDocument& document, const std::string& directory,
                                       const Registry& registry, const Environment& environment);

}  // namespace voiceagent
