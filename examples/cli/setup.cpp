#include "setup.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "voiceagent/config.h"

namespace cli {

namespace va = voiceagent;

void add_config_option(CLI::App& command, std::string& path) {
  command.add_option("--config", path, "Configuration of the agent; none: the offline agent")
      ->type_name("agent.toml");
}

va::Result<Setup> load_setup(const std::string& config) {
  auto registry = std::make_shared<va::Registry>();
  va::register_builtin_providers(*registry);
  va::Environment environment = va::process_environment();
  if (const va::Status status = va::load_env_file(".env", environment); !status.ok()) return status;
  va::Result<va::AgentOptions> agent = va::load_agent_config(config, *registry, environment);
  if (!agent.ok()) return agent.status();
  return Setup{std::move(registry), va::make_stderr_logger(va::LogLevel::kWarning),
               std::move(*agent)};
}

}  // namespace cli
