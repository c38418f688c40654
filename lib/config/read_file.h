// Reads the text files of a configuration.
#pragma once

#include <string>

#include "voiceagent/status.h"

namespace voiceagent {

// A whole file of at most 1 MiB. kNotFound when there is none; the errors name the path.
Result<std::string> read_config_file(const std::string& path);

}  // namespace voiceagent
