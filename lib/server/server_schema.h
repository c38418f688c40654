// The one table of a server's settings: parsing, the environment, the checks and the reference all
// come from it.
#pragma once

#include <string>
#include <vector>

#include "config/setting.h"
#include "voiceagent/server.h"

namespace voiceagent {

// ServerOptions, and what a file says of them that is no field of theirs.
struct ServerFile {
  ServerOptions options;
  std::string agent_file;  // an agent's configuration of its own
};

using ServerSection = SettingSection<ServerFile>;

// The sections server, tls, http, websocket, cors and auth.
const std::vector<ServerSection>& server_sections();

}  // namespace voiceagent
