// Tools that note what the real ones say.
#pragma once

#include <memory>
#include <vector>

#include "sim/record/recording_executor.h"
#include "voiceagent/json.h"
#include "voiceagent/tool.h"

namespace voiceagent {

// The same tools, recorded. For one session.
std::vector<Tool> recording_tools(const std::vector<Tool>& real,
                                  const std::shared_ptr<RecordingExecutor>& executor);

// Appends an array that says all about them but how they work.
void write_tools(JsonWriter& json, const std::vector<Tool>& tools);
// What write_tools() wrote. Where there was a handler there is none now.
std::vector<Tool> read_tools(const Json& json);

}  // namespace voiceagent
