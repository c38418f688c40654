// Settings as tables in Markdown.
#pragma once

#include <string>
#include <string_view>

#include "config/setting.h"
#include "voiceagent/options.h"

namespace voiceagent {

inline constexpr std::string_view kReferenceHead =
    "| Key | Type | Default | Allowed | Environment | Meaning |\n"
    "|---|---|---|---|---|---|\n";

// The line of one option.
std::string reference_row(std::string_view section, const OptionDescriptor& option);

// A section with its heading.
template <class Owner>
std::string reference_section(const SettingSection<Owner>& section) {
  std::string text =
      "## [" + section.name + "]\n\n" + section.description + "\n\n" + std::string(kReferenceHead);
  for (const Setting<Owner>& setting : section.settings) {
    text += reference_row(section.name, setting.option);
  }
  return text;
}

}  // namespace voiceagent
