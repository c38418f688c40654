// What holds of the tools of every conversation.
#pragma once

#include <vector>

#include "sim/invariants_story.h"
#include "voiceagent/session.h"

namespace voiceagent::sim {

// Each call has exactly one result in the context, and that is final. `may_forget`: the oldest
// messages may have left.
void check_tool_results(const Story& story, const std::vector<ContextEntry>& context,
                        bool may_forget, Findings& findings);

}  // namespace voiceagent::sim
