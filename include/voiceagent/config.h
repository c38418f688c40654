/// @file
/// Configuration files: agent.toml, .env files and the environment, checked to the last key.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "voiceagent/agent.h"
#include "voiceagent/export.h"
#include "voiceagent/registry.h"
#include "voiceagent/status.h"

namespace voiceagent {

/// Environment variables by name.
using Environment = std::map<std::string, std::string, std::less<>>;

/// The variables of this process.
VOICEAGENT_EXPORT Environment process_environment();

/// Parses the text of an .env file: NAME=value lines, comments with #, single and double quotes,
/// "export" before a name. Errors name `file` and the line.
VOICEAGENT_EXPORT Result<Environment> parse_env(std::string_view text, std::string_view file);

/// Puts the variables of `path` behind those of `environment` (which win). A missing file is no
/// error. Blocks.
VOICEAGENT_EXPORT Status load_env_file(const std::string& path, Environment& environment);

/// Reads agent options from TOML text; `environment` overrides what the file says, by the variable
/// names in the reference. Unknown keys, wrong types and values out of range are refused with file,
/// line and what is allowed; paths in the file are relative to `directory` (empty: as they stand).
VOICEAGENT_EXPORT Result<AgentOptions> parse_agent_config(std::string_view toml,
                                                          std::string_view file,
                                                          const std::string& directory,
                                                          const Registry& registry,
                                                          const Environment& environment);

/// The same from a file; an empty path gives the defaults with the environment applied. Blocks.
VOICEAGENT_EXPORT Result<AgentOptions> load_agent_config(const std::string& path,
                                                         const Registry& registry,
                                                         const Environment& environment);

/// Sets one of the settings that the sections "agent", "turn" and "limits" have, as if it stood in
/// a configuration file. The error says what is allowed, and leaves `agent` as it was.
VOICEAGENT_EXPORT Status set_agent_option(AgentOptions& agent, std::string_view section,
                                          std::string_view key, const OptionValue& value);

/// Checks what only several settings together can get wrong. The error has a line for each.
VOICEAGENT_EXPORT Status check_agent_options(const AgentOptions& agent);

/// The reference of all keys as Markdown: name, type, default, range, environment variable,
/// meaning, made from the same descriptors that the check uses.
VOICEAGENT_EXPORT std::string agent_config_reference(const Registry& registry);

}  // namespace voiceagent
