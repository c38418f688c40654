// The reference of all settings, as Markdown.
#include <string>

#include "config/agent_schema.h"
#include "config/reference_table.h"
#include "voiceagent/config.h"

namespace voiceagent {
namespace {

std::string provider_reference(const ProviderSection& section, const Registry& registry) {
  const std::string kind(to_string(section.kind));
  OptionDescriptor provider;
  provider.name = "provider";
  provider.default_value = *section.name;
  provider.description = "Who does it; the other keys are its options.";
  std::string options;
  for (const ProviderInfo* info : registry.list(section.kind)) {
    provider.choices.push_back(info->name);
    options += "\n### [" + kind + "] with provider = \"" + info->name + "\"\n\n" +
               info->description + "\n";
    if (info->options.empty()) continue;
    options += "\n" + std::string(kReferenceHead);
    for (const OptionDescriptor& option : info->options) options += reference_row(kind, option);
  }
  return "\n## [" + kind + "]\n\n" + std::string(section.description) + "\n\n" +
         std::string(kReferenceHead) + reference_row(kind, provider) + options;
}

}  // namespace

std::string agent_config_reference(const Registry& registry) {
  std::string text;
  for (const AgentSection& section : agent_sections()) {
    text += (text.empty() ? "" : "\n") + reference_section(section);
  }
  AgentOptions defaults;
  for (const ProviderSection& section : provider_sections(defaults)) {
    text += provider_reference(section, registry);
  }
  return text;
}

}  // namespace voiceagent
