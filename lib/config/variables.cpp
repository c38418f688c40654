#include "config/variables.h"

#include <cctype>
#include <vector>

namespace voiceagent {

std::string environment_name(std::string_view section, std::string_view key) {
  std::string name = "VOICEAGENT_" + std::string(section) + "_" + std::string(key);
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

const std::string* Variables::find(const std::string& name) {
  known_.insert(name);
  const auto found = environment_.find(name);
  return found == environment_.end() || found->second.empty() ? nullptr : &found->second;
}

// Only names that begin like a section's are ours: other programs have settings too.
void Variables::refuse_unknown(
    std::span<const std::string> sections, ConfigErrors& errors,
    const std::function<bool(const std::string&)>& known_otherwise) const {
  const std::vector<std::string> known(known_.begin(), known_.end());
  for (const std::string& section : sections) {
    const std::string prefix = environment_name(section, "");
    for (auto it = environment_.lower_bound(prefix);
         it != environment_.end() && it->first.starts_with(prefix); ++it) {
      if (known_.contains(it->first) || known_otherwise(it->first)) continue;
      errors.add("environment variable " + it->first + ": no setting has this name" +
                 did_you_mean(it->first, known));
    }
  }
}

}  // namespace voiceagent
