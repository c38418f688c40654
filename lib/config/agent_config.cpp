// Fills AgentOptions from a configuration file and the environment, and finds all that is wrong.
#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/agent_document.h"
#include "config/agent_schema.h"
#include "config/errors.h"
#include "config/option_check.h"
#include "config/read_file.h"
#include "config/toml_document.h"
#include "config/variables.h"
#include "voiceagent/config.h"

namespace voiceagent {
namespace {

constexpr std::string_view kProviderKey = "provider";

std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string list_of(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + in_quotes(name);
  return list.empty() ? "none" : list;
}

// Used once: the file, then the environment, then the result.
class AgentReader {
 public:
  AgentReader(const Registry& registry, const Environment& environment,
              const std::string& directory, const std::vector<std::string>& beside)
      : registry_(registry), variables_(environment), directory_(directory), beside_(beside) {}

  void read_file(const ConfigDocument& document);
  void read_environment();
  Result<AgentOptions> finish() &&;

 private:
  void read(const ConfigSection& given);
  void read_provider(const ProviderSection& known, const ConfigSection& given);
  void read_fallback(ProviderKind kind, const ConfigSection& given);
  // Null, and an error, when there is none of that name.
  const ProviderInfo* find_provider(ProviderKind kind, const std::string& name,
                                    const std::string& place);
  void override_provider(const ProviderSection& known);
  void refuse_unknown_variables();
  bool belongs_to_a_provider(const std::string& variable) const;

  template <class T>
  bool keep(const Result<T>& result) {
    if (!result.ok()) errors_.add(result.status());
    return result.ok();
  }

  const Registry& registry_;
  Variables variables_;
  const std::string& directory_;
  const std::vector<std::string>& beside_;
  AgentOptions agent_;
  const std::vector<ProviderSection> providers_ = provider_sections(agent_);
  ConfigErrors errors_;
};

void AgentReader::read_file(const ConfigDocument& document) {
  for (const ConfigEntry& entry : document.outside) {
    errors_.add(entry.key_place + ": " + in_quotes(entry.key) +
                " stands outside of any section; put it under one, such as [agent]");
  }
  for (const ConfigSection& section : document.sections) read(section);
}

void AgentReader::read(const ConfigSection& given) {
  std::vector<std::string> names = beside_;
  for (const AgentSection& known : agent_sections()) {
    if (known.name == given.name) {
      return read_section<AgentOptions>(known, given, directory_, agent_, errors_);
    }
    names.push_back(known.name);
  }
  for (const ProviderSection& known : providers_) {
    if (to_string(known.kind) == given.name) return read_provider(known, given);
    if (std::string(to_string(known.kind)) + ".fallbacks" == given.name) {
      return read_fallback(known.kind, given);
    }
    names.emplace_back(to_string(known.kind));
  }
  const std::string hint = did_you_mean(given.name, names);
  errors_.add(given.place + ": unknown section [" + given.name + "]" +
              (hint.empty() ? "; there are " + list_of(names) : hint));
}

// One more in the chain; a detector has none.
void AgentReader::read_fallback(ProviderKind kind, const ConfigSection& given) {
  const auto read_into = [&](auto& choice) {
    auto& fallback = choice.fallbacks.emplace_back();
    read_provider({kind, {}, &fallback.name, &fallback.options}, given);
  };
  const auto is_provider = [](const ConfigEntry& entry) { return entry.key == kProviderKey; };
  if (std::none_of(given.entries.begin(), given.entries.end(), is_provider)) {
    errors_.add(given.place + ": a fallback must name its 'provider'");
    return;
  }
  switch (kind) {
    case ProviderKind::kStt: return read_into(agent_.stt);
    case ProviderKind::kLlm: return read_into(agent_.llm);
    case ProviderKind::kTts: return read_into(agent_.tts);
    case ProviderKind::kVad:
      errors_.add(given.place + ": a detector has no fallbacks; remove [[vad.fallbacks]]");
  }
}

void AgentReader::read_provider(const ProviderSection& known, const ConfigSection& given) {
  OptionDescriptor provider;
  provider.name = kProviderKey;
  std::string place = given.place;
  for (const ConfigEntry& entry : given.entries) {
    if (entry.key != kProviderKey) continue;
    const Result<OptionValue> name = check_entry({&provider, 1}, entry, {});
    if (!keep(name)) return;
    *known.name = std::get<std::string>(*name);
    place = entry.value_place;
  }
  const ProviderInfo* info = find_provider(known.kind, *known.name, place);
  if (info == nullptr) return;
  std::vector<OptionDescriptor> options = info->options;
  options.push_back(provider);  // a misspelt "provider" deserves its hint too
  for (const ConfigEntry& entry : given.entries) {
    if (entry.key == kProviderKey) continue;
    const Result<OptionValue> value = check_entry(options, entry, directory_);
    if (keep(value)) known.options->set(entry.key, *value);
  }
}

const ProviderInfo* AgentReader::find_provider(ProviderKind kind, const std::string& name,
                                               const std::string& place) {
  const ProviderInfo* info = registry_.find(kind, name);
  if (info != nullptr) return info;
  for (const auto& [missing, how] : registry_.missing(kind)) {
    if (missing == name) {
      errors_.add(place + ": the " + std::string(to_string(kind)) + " provider " + in_quotes(name) +
                  " is not part of this build: " + how);
      return nullptr;
    }
  }
  std::vector<std::string> names;
  for (const ProviderInfo* there : registry_.list(kind)) names.push_back(there->name);
  errors_.add(place + ": unknown " + std::string(to_string(kind)) + " provider " + in_quotes(name) +
              "; there are: " + list_of(names) + did_you_mean(name, names));
  return nullptr;
}

void AgentReader::read_environment() {
  for (const AgentSection& section : agent_sections()) variables_.read(section, agent_, errors_);
  for (const ProviderSection& section : providers_) override_provider(section);
  refuse_unknown_variables();
}

void AgentReader::override_provider(const ProviderSection& known) {
  const std::string kind(to_string(known.kind));
  const std::string provider_variable = environment_name(kind, kProviderKey);
  if (const std::string* name = variables_.find(provider_variable)) {
    if (find_provider(known.kind, *name, "environment variable " + provider_variable) == nullptr) {
      return;
    }
    // The file's options are those of the file's provider.
    if (*name != *known.name) *known.options = Options();
    *known.name = *name;
  }
  const ProviderInfo* info = registry_.find(known.kind, *known.name);
  if (info == nullptr) return;
  for (const OptionDescriptor& option : info->options) {
    variables_.read(kind, option, errors_,
                    [&](const OptionValue& value) { known.options->set(option.name, value); });
  }
}

void AgentReader::refuse_unknown_variables() {
  std::vector<std::string> sections;
  for (const AgentSection& section : agent_sections()) sections.push_back(section.name);
  for (const ProviderSection& section : providers_) sections.emplace_back(to_string(section.kind));
  variables_.refuse_unknown(sections, errors_, [this](const std::string& variable) {
    return belongs_to_a_provider(variable);
  });
}

bool AgentReader::belongs_to_a_provider(const std::string& variable) const {
  for (const ProviderSection& section : providers_) {
    for (const ProviderInfo* info : registry_.list(section.kind)) {
      for (const OptionDescriptor& option : info->options) {
        if (variable == environment_name(to_string(section.kind), option.name)) return true;
        if (variable == option.environment) return true;
      }
    }
  }
  return false;
}

Result<AgentOptions> AgentReader::finish() && {
  if (const Status status = check_agent_options(agent_); !status.ok()) errors_.add(status);
  if (!errors_.empty()) return errors_.status();
  return std::move(agent_);
}

}  // namespace

Result<AgentOptions> read_agent_config(const ConfigDocument& document, const std::string& directory,
                                       const Registry& registry, const Environment& environment,
                                       const std::vector<std::string>& beside) {
  AgentReader reader(registry, environment, directory, beside);
  reader.read_file(document);
  reader.read_environment();
  return std::move(reader).finish();
}

Result<AgentOptions> parse_agent_config(std::string_view toml, std::string_view file,
                                        const std::string& directory, const Registry& registry,
                                        const Environment& environment) {
  const Result<ConfigDocument> document = parse_toml(toml, file);
  if (!document.ok()) return document.status();
  return read_agent_config(*document, directory, registry, environment);
}

Result<AgentOptions> load_agent_config(const std::string& path, const Registry& registry,
                                       const Environment& environment) {
  if (path.empty()) return parse_agent_config({}, {}, {}, registry, environment);
  const Result<std::string> text = read_config_file(path);
  if (!text.ok()) return text.status();
  const std::string directory = std::filesystem::path(path).parent_path().string();
  return parse_agent_config(*text, path, directory, registry, environment);
}

}  // namespace voiceagent
