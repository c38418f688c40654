// Single settings of an agent, from wherever they come.
#include <span>
#include <string>
#include <vector>

#include "config/agent_schema.h"
#include "config/errors.h"
#include "config/option_check.h"
#include "voiceagent/config.h"

namespace voiceagent {

Status set_agent_option(AgentOptions& agent, std::string_view section, std::string_view key,
                        const OptionValue& value) {
  std::vector<std::string> names;
  for (const AgentSection& known : agent_sections()) {
    names.push_back(known.name);
    if (known.name != section) continue;
    std::vector<OptionDescriptor> options;
    for (const AgentSetting& setting : known.settings) options.push_back(setting.option);
    const Result<Options> checked = check_options(options, Options().set(std::string(key), value));
    if (!checked.ok()) return checked.status();
    for (const AgentSetting& setting : known.settings) {
      if (setting.option.name == key) setting.set(agent, checked->values().find(key)->second);
    }
    return Status::success();
  }
  return invalid_argument("there is no section '" + std::string(section) + "'" +
                          did_you_mean(section, names));
}

Status check_agent_options(const AgentOptions& agent) {
  ConfigErrors errors;
  if (agent.turn.start_speech > agent.turn.start_window) {
    errors.add(
        "turn: start_speech_ms is more than start_window_ms: no speech could ever begin; lower the "
        "one or raise the other");
  }
  if (agent.turn.endpointing_min > agent.turn.endpointing_max) {
    errors.add(
        "turn: endpointing_min_ms is more than endpointing_max_ms; lower the one or raise the "
        "other");
  }
  return errors.empty() ? Status::success() : errors.status();
}

}  // namespace voiceagent
