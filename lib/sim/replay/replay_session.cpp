#include "sim/record/agent_text.h"
#include "sim/replay/player.h"

namespace voiceagent {

Result<ReplayReport> replay_session(const std::string& path, const ReplayOptions& options) {
  Result<Recording> recording = read_recording(path);
  if (!recording.ok()) return recording.status();
  if (!recording->cut_off.empty() && !options.partial) {
    return failed_precondition(path + ": " + recording->cut_off);
  }
  AgentOptions agent = read_agent(recording->setup["agent"]);
  if (options.adjust) {
    if (Status status = options.adjust(agent); !status.ok()) return status;
  }
  Player player(*recording);
  Result<ReplayReport> report = player.play(std::move(agent));
  return report.ok() ? report : report.status().within(path);
}

}  // namespace voiceagent
