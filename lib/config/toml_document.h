// A configuration file as plain values with their places. The one user of toml++.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/options.h"
#include "voiceagent/status.h"

namespace voiceagent {

// `key = value`. Places read "agent.toml:3:12".
struct ConfigEntry {
  std::string key;
  std::string key_place;
  std::string value_place;
  std::optional<OptionValue> value;  // empty: something that no option can be
  std::string type;                  // what the file has: "string", "array", ...
};

// `[name]` with what stands in it. Tables in a list have their list's name: `[[llm.fallbacks]]`.
struct ConfigSection {
  std::string name;
  std::string place;
  std::vector<ConfigEntry> entries;
};

// All in the order of the file.
struct ConfigDocument {
  std::vector<ConfigSection> sections;
  std::vector<ConfigEntry> outside;  // of any section
};

// Parses TOML text; `file` is for the places. The error says where and what.
Result<ConfigDocument> parse_toml(std::string_view text, std::string_view file);

}  // namespace voiceagent
