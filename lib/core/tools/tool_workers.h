// The threads for tools that block.
#pragma once

#include <memory>

#include "voiceagent/executor.h"

namespace voiceagent {

// A pool of 16 threads, made when the first job comes: most engines have no tools.
std::shared_ptr<WorkerPool> make_tool_workers();

}  // namespace voiceagent
