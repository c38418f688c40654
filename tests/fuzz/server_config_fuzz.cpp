// Any text as a server's configuration: refused with a place, or options that pass their own check.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/toml_document.h"
#include "voiceagent/server.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void demand(bool promise) {
  if (!promise) std::abort();
}

const voiceagent::Registry& registry() {
  static const voiceagent::Registry known = [] {
    voiceagent::Registry made;
    voiceagent::register_builtin_providers(made);
    return made;
  }();
  return known;
}

// A file of the agent's own would be read from the disk.
bool names_agent_file(std::string_view toml) {
  const auto document = voiceagent::parse_toml(toml, "server.toml");
  if (!document.ok()) return false;
  return std::ranges::any_of(document->sections, [](const voiceagent::ConfigSection& section) {
    const auto is_agent = [](const voiceagent::ConfigEntry& entry) { return entry.key == "agent"; };
    return section.name == "server" && std::ranges::any_of(section.entries, is_agent);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace voiceagent;
  const std::string_view toml(reinterpret_cast<const char*>(data), size);
  if (names_agent_file(toml)) return 0;
  const auto options = parse_server_config(toml, "server.toml", "", registry(), {});
  if (options.ok()) {
    demand(check_server_options(*options).ok());
  } else {
    demand(!options.status().message().empty());
  }
  return 0;
}
