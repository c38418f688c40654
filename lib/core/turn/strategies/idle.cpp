#include "core/turn/strategies/strategies.h"

namespace voiceagent {

DefaultIdle::DefaultIdle(const TurnOptions& options)
    : after_(options.idle_after),
      prompts_(static_cast<int>(options.idle_prompts.size())),
      hang_up_(options.idle_hang_up) {}

IdleDecision DefaultIdle::decide(int prompts) const {
  if (after_ <= Duration(0)) return {};
  if (prompts < prompts_) return {IdleDecision::Action::kPrompt, after_};
  if (hang_up_) return {IdleDecision::Action::kHangUp, after_};
  return {IdleDecision::Action::kNothing, prompts == 0 ? after_ : Duration(0)};
}

}  // namespace voiceagent
