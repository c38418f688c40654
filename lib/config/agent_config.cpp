// Fills AgentOptions from a configuration file and the environment, and finds all that is wrong.
#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/agent_schema.h"
#include "config/errors.h"
#include "config/option_check.h"
#include "config/read_file.h"
#include "config/toml_document.h"
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
              const std::string& directory)
      : registry_(registry), environment_(environment), directory_(directory) {}

  void read_file(const ConfigDocument& document);
  void read_environment();
  Result<AgentOptions> finish() &&;

 private:
  void read_section(const ConfigSection& given);
  void read_settings(const AgentSection& known, const ConfigSection& given);
  void read_provider(const ProviderSection& known, const ConfigSection& given);
  // Null, and an error, when there is none of that name.
  const ProviderInfo* find_provider(ProviderKind kind, const std::string& name,
                                    const std::string& place);
  void override_provider(const ProviderSection& known);
  // The variable's text, or nullptr; an empty variable counts as not set.
  const std::string* variable(const std::string& name);
  void refuse_unknown_variables();
  bool belongs_to_a_provider(const std::string& variable) const;

  template <class T>
  bool keep(const Result<T>& result) {
    if (!result.ok()) errors_.add(result.status());
    return result.ok();
  }

  const Registry& registry_;
  const Environment& environment_;
  const std::string& directory_;
  AgentOptions agent_;
  const std::vector<ProviderSection> providers_ = provider_sections(agent_);
  std::set<std::string, std::less<>> known_variables_;
  ConfigErrors errors_;
};

void AgentReader::read_file(const ConfigDocument& document) {
  for (const ConfigEntry& entry : document.outside) {
    errors_.add(entry.key_place + ": " + in_quotes(entry.key) +
                " stands outside of any section; put it under one, such as [agent]");
  }
  for (const ConfigSection& section : document.sections) read_section(section);
}

void AgentReader::read_section(const ConfigSection& given) {
  std::vector<std::string> names;
  for (const AgentSection& known : agent_sections()) {
    if (known.name == given.name) return read_settings(known, given);
    names.push_back(known.name);
  }
  for (const ProviderSection& known : providers_) {
    if (to_string(known.kind) == given.name) return read_provider(known, given);
    names.emplace_back(to_string(known.kind));
  }
  const std::string hint = did_you_mean(given.name, names);
  errors_.add(given.place + ": unknown section [" + given.name + "]" +
              (hint.empty() ? "; there are " + list_of(names) : hint));
}

void AgentReader::read_settings(const AgentSection& known, const ConfigSection& given) {
  std::vector<OptionDescriptor> options;
  for (const AgentSetting& setting : known.settings) options.push_back(setting.option);
  for (const ConfigEntry& entry : given.entries) {
    const Result<OptionValue> value = check_entry(options, entry, directory_);
    if (!keep(value)) continue;
    const auto setting =
        std::find_if(known.settings.begin(), known.settings.end(),
                     [&](const AgentSetting& s) { return s.option.name == entry.key; });
    setting->set(agent_, *value);
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
  for (const AgentSection& section : agent_sections()) {
    for (const AgentSetting& setting : section.settings) {
      const std::string name = environment_name(section.name, setting.option.name);
      const std::string* text = variable(name);
      if (text == nullptr) continue;
      const Result<OptionValue> value = check_variable(setting.option, name, *text);
      if (keep(value)) setting.set(agent_, *value);
    }
  }
  for (const ProviderSection& section : providers_) override_provider(section);
  refuse_unknown_variables();
}

void AgentReader::override_provider(const ProviderSection& known) {
  const std::string kind(to_string(known.kind));
  const std::string provider_variable = environment_name(kind, kProviderKey);
  if (const std::string* name = variable(provider_variable)) {
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
    for (const std::string& name : {option.environment, environment_name(kind, option.name)}) {
      const std::string* text = name.empty() ? nullptr : variable(name);
      if (text == nullptr) continue;
      const Result<OptionValue> value = check_variable(option, name, *text);
      if (keep(value)) known.options->set(option.name, *value);
    }
  }
}

const std::string* AgentReader::variable(const std::string& name) {
  known_variables_.insert(name);
  const auto found = environment_.find(name);
  return found == environment_.end() || found->second.empty() ? nullptr : &found->second;
}

// Only names that begin like a section's are ours: other programs have settings too.
void AgentReader::refuse_unknown_variables() {
  std::vector<std::string> sections;
  for (const AgentSection& section : agent_sections()) sections.push_back(section.name);
  for (const ProviderSection& section : providers_) sections.emplace_back(to_string(section.kind));
  const std::vector<std::string> known(known_variables_.begin(), known_variables_.end());
  for (const std::string& section : sections) {
    const std::string prefix = environment_name(section, "");
    for (auto it = environment_.lower_bound(prefix);
         it != environment_.end() && it->first.starts_with(prefix); ++it) {
      if (known_variables_.contains(it->first) || belongs_to_a_provider(it->first)) continue;
      errors_.add("environment variable " + it->first + ": no setting has this name" +
                  did_you_mean(it->first, known));
    }
  }
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

Result<AgentOptions> parse_agent_config(std::string_view toml, std::string_view file,
                                        const std::string& directory, const Registry& registry,
                                        const Environment& environment) {
  const Result<ConfigDocument> document = parse_toml(toml, file);
  if (!document.ok()) return document.status();
  AgentReader reader(registry, environment, directory);
  reader.read_file(*document);
  reader.read_environment();
  return std::move(reader).finish();
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
