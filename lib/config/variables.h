// The environment as settings see it: each has its variable, and a variable that looks like one of
// ours but belongs to none is a mistake.
#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "config/errors.h"
#include "config/option_check.h"
#include "config/setting.h"
#include "voiceagent/config.h"

namespace voiceagent {

// "VOICEAGENT_TURN_ENDPOINTING_MS" for ("turn", "endpointing_ms").
std::string environment_name(std::string_view section, std::string_view key);

class Variables {
 public:
  // `environment` must outlive it.
  explicit Variables(const Environment& environment) : environment_(environment) {}

  // The variable's text, or nullptr; an empty variable counts as not set. From then on the name
  // counts as known.
  const std::string* find(const std::string& name);

  // Calls take(value) with what the variables of `option` say: its own first, so that the one
  // with the section's name wins.
  template <class Take>
  void read(std::string_view section, const OptionDescriptor& option, ConfigErrors& errors,
            Take take);

  // Sets what the environment says of the settings of `section`.
  template <class Owner>
  void read(const SettingSection<Owner>& section, Owner& owner, ConfigErrors& errors);

  // Complains of variables that begin like one of `sections` and are neither known nor
  // `known_otherwise`.
  void refuse_unknown(std::span<const std::string> sections, ConfigErrors& errors,
                      const std::function<bool(const std::string&)>& known_otherwise) const;

 private:
  const Environment& environment_;
  std::set<std::string, std::less<>> known_;
};

// Sets what stands in a section of a file; relative paths begin at `directory`.
template <class Owner>
void read_section(const SettingSection<Owner>& known, const ConfigSection& given,
                  const std::string& directory, Owner& owner, ConfigErrors& errors) {
  std::vector<OptionDescriptor> options;
  for (const Setting<Owner>& setting : known.settings) options.push_back(setting.option);
  for (const ConfigEntry& entry : given.entries) {
    const Result<OptionValue> value = check_entry(options, entry, directory);
    if (!value.ok()) {
      errors.add(value.status());
      continue;
    }
    for (const Setting<Owner>& setting : known.settings) {
      if (setting.option.name == entry.key) setting.set(owner, *value);
    }
  }
}

template <class Take>
void Variables::read(std::string_view section, const OptionDescriptor& option, ConfigErrors& errors,
                     Take take) {
  for (const std::string& name : {option.environment, environment_name(section, option.name)}) {
    const std::string* text = name.empty() ? nullptr : find(name);
    if (text == nullptr) continue;
    const Result<OptionValue> value = check_variable(option, name, *text);
    if (value.ok()) {
      take(*value);
    } else {
      errors.add(value.status());
    }
  }
}

template <class Owner>
void Variables::read(const SettingSection<Owner>& section, Owner& owner, ConfigErrors& errors) {
  for (const Setting<Owner>& setting : section.settings) {
    read(section.name, setting.option, errors,
         [&](const OptionValue& value) { setting.set(owner, value); });
  }
}

}  // namespace voiceagent
