// Checks single values against descriptors.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "config/toml_document.h"
#include "voiceagent/options.h"
#include "voiceagent/status.h"

namespace voiceagent {

// The value of `entry` as the option of that name takes it; a relative path begins at `directory`
// unless that is empty. The error begins with the place and says what is allowed.
Result<OptionValue> check_entry(std::span<const OptionDescriptor> options, const ConfigEntry& entry,
                                const std::string& directory);

// The value that the text of the environment variable `variable` gives `option`.
Result<OptionValue> check_variable(const OptionDescriptor& option, const std::string& variable,
                                   std::string_view text);

// "; did you mean 'x'?" or, when nothing looks like it, nothing.
std::string did_you_mean(std::string_view name, std::span<const std::string> known);

}  // namespace voiceagent
