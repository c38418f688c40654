// How a tool's handler is called: whatever it does, its call is not lost.
#pragma once

#include <memory>

#include "voiceagent/tool.h"

namespace voiceagent {

// Calls `handler`; what it throws is the answer.
void call_handler(const ToolHandler& handler, const std::shared_ptr<ToolReply>& reply);

// Does work of a handler's: what it throws is the answer.
void call_work(Task& work, ToolReply& reply);

// The answer of a call that nobody will answer any more.
Status dropped_call();

}  // namespace voiceagent
