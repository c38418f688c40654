#include "core/turn/strategies/strategies.h"

namespace voiceagent {

DefaultMute::DefaultMute(const TurnOptions& options)
    : never_interrupted_(options.interruption == InterruptionMode::kNever),
      until_first_reply_(options.mute_until_first_reply),
      during_tools_(options.mute_during_tools) {}

bool DefaultMute::muted(const TurnSnapshot& now) const {
  // A text that must be heard; what is said while a tool protects its reply is answered after it.
  if (now.uninterruptible && !now.tool_running) return true;
  if (never_interrupted_ && now.replying) return true;
  if (until_first_reply_ && now.replies == 0) return true;
  return during_tools_ && now.tool_running;
}

}  // namespace voiceagent
