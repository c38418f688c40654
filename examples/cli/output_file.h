// Makes sure that a result can be written before the work for it begins.
#pragma once

#include <string>

#include "voiceagent/status.h"

namespace cli {

// Whether `path` can be written and is not the file `input` itself (empty: no such file). Leaves a
// file that is there as it is. The error names the path and the reason. An empty path is fine.
voiceagent::Status check_output(const std::string& path, const std::string& input = {});

}  // namespace cli
