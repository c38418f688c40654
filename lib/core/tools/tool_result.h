// What the model is told of a call.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "voiceagent/tool.h"

namespace voiceagent {

// A call that has no result yet, while the model is asked something else.
std::string_view running_text();
// A result as it is, cut to `max_bytes`: the model sees where, and how much there was.
std::string result_text(std::string_view result, std::size_t max_bytes);
// A call that has none: {"state":"failed","error":"..."}.
std::string error_text(ToolState state, std::string_view message, std::size_t max_bytes);

}  // namespace voiceagent
