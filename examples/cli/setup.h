// What every subcommand begins with: the providers of this build and the agent's configuration.
#pragma once

#include <memory>
#include <string>

#include "voiceagent/agent.h"
#include "voiceagent/log.h"
#include "voiceagent/registry.h"
#include "voiceagent/status.h"

namespace CLI {
class App;
}

namespace cli {

struct Setup {
  std::shared_ptr<const voiceagent::Registry> registry;
  std::shared_ptr<voiceagent::Logger> logger;
  voiceagent::AgentOptions agent;
};

// Adds --config.
void add_config_option(CLI::App& command, std::string& path);

// Reads the configuration file (none if `config` is empty), ./.env and the environment.
voiceagent::Result<Setup> load_setup(const std::string& config);

}  // namespace cli
