// What a client may ask of the agent in place of its own settings.
#pragma once

#include <optional>
#include <string>

namespace voiceagent::protocols {

struct AgentOverrides {
  std::optional<std::string> greeting;
  std::optional<std::string> instructions;
  std::optional<std::string> language;  // BCP 47
  std::optional<std::string> voice;

  bool empty() const { return !greeting && !instructions && !language && !voice; }
};

}  // namespace voiceagent::protocols
