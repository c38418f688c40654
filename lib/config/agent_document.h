// An agent's sections, wherever they stand.
#pragma once

#include <string>
#include <vector>

#include "config/toml_document.h"
#include "voiceagent/config.h"

namespace voiceagent {

// What parse_agent_config() does with a document that has been parsed. `beside` names sections of
// somebody else's that might have stood there too, for the hints.
Result<AgentOptions> read_agent_config(const ConfigDocument& document, const std::string& directory,
                                       const Registry& registry, const Environment& environment,
                                       const std::vector<std::string>& beside = {});

}  // namespace voiceagent
