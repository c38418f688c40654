// The reference of all settings, as Markdown.
#include <charconv>
#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/agent_schema.h"
#include "voiceagent/config.h"

namespace voiceagent {
namespace {

std::string code(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string number_text(double number) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed);
  return {buffer, end.ptr};
}

// As a configuration file writes it.
std::string value_text(const OptionValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* number = std::get_if<double>(&value)) return number_text(*number);
  return '"' + std::get<std::string>(value) + '"';
}

std::string allowed_text(const OptionDescriptor& option) {
  std::string text;
  for (const std::string& choice : option.choices) {
    text += (text.empty() ? "" : ", ") + code('"' + choice + '"');
  }
  const std::string unit = option.unit.empty() ? "" : " " + option.unit;
  const bool from = std::isfinite(option.min);
  const bool to = std::isfinite(option.max);
  if (from && to) {
    text += number_text(option.min) + " to " + number_text(option.max) + unit;
  } else if (from) {
    text += "at least " + number_text(option.min) + unit;
  } else if (to) {
    text += "at most " + number_text(option.max) + unit;
  } else {
    text += option.unit;
  }
  return text;
}

// A vertical bar would end the cell.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

constexpr std::string_view kTableHead =
    "| Key | Type | Default | Allowed | Environment | Meaning |\n"
    "|---|---|---|---|---|---|\n";

std::string row(std::string_view section, const OptionDescriptor& option) {
  std::string variables = code(environment_name(section, option.name));
  if (!option.environment.empty()) variables += ", " + code(option.environment);
  return "| " + code(option.name) + " | " + std::string(to_string(option.type)) + " | " +
         cell(code(value_text(option.default_value))) + " | " + cell(allowed_text(option)) + " | " +
         variables + " | " + cell(option.description) + " |\n";
}

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
    options += "\n" + std::string(kTableHead);
    for (const OptionDescriptor& option : info->options) options += row(kind, option);
  }
  return "\n## [" + kind + "]\n\n" + std::string(section.description) + "\n\n" +
         std::string(kTableHead) + row(kind, provider) + options;
}

}  // namespace

std::string agent_config_reference(const Registry& registry) {
  std::string text;
  for (const AgentSection& section : agent_sections()) {
    text += (text.empty() ? "## [" : "\n## [") + section.name + "]\n\n" + section.description +
            "\n\n" + std::string(kTableHead);
    for (const AgentSetting& setting : section.settings) text += row(section.name, setting.option);
  }
  AgentOptions defaults;
  for (const ProviderSection& section : provider_sections(defaults)) {
    text += provider_reference(section, registry);
  }
  return text;
}

}  // namespace voiceagent
