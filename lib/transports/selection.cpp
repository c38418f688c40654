#include "transports/selection.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace voiceagent::transports {
namespace {

// The names in a list like "webrtc, websocket;q=0.5", in the order given.
std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view name = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    name = trim(name.substr(0, name.find(';')));
    if (!name.empty()) names.push_back(to_lower(name));
  }
  return names;
}

constexpr std::size_t kMaxQuoted = 40;

std::string quoted(std::string_view name) {
  return "'" + escape_control(name.substr(0, kMaxQuoted)) + "'";
}

}  // namespace

AdapterRegistry::AdapterRegistry(std::vector<TransportAdapter> adapters)
    : adapters_(std::move(adapters)) {}

AdapterRegistry AdapterRegistry::web_sockets() {
  return AdapterRegistry({{"websocket", {"/api/v1/ws/stream", "/ws/stream"}, {"mozilla"}},
                          {"json", {"/ws", "/api/v1/ws"}, {"curl", "python", "wscat"}}});
}

const TransportAdapter* AdapterRegistry::find(std::string_view name) const {
  const auto found = std::ranges::find(adapters_, name, &TransportAdapter::name);
  return found == adapters_.end() ? nullptr : &*found;
}

Selection AdapterRegistry::choose(const SelectionFacts& facts) const {
  std::string notice;
  // The first of the names that there is. The notice says what was wanted more.
  const auto wanted = [&](std::string_view list, std::string_view by) -> const TransportAdapter* {
    for (const std::string& name : names_in(list)) {
      if (const TransportAdapter* adapter = find(name)) return adapter;
      if (notice.empty()) {
        notice = quoted(name) + " was asked for " + std::string(by) +
                 " and is not available on this server";
      }
    }
    return nullptr;
  };
  const auto chosen = [&notice](const TransportAdapter& adapter, std::string_view reason) {
    return Selection{adapter.name, std::string(reason), notice};
  };

  if (const auto* adapter = wanted(facts.forced, "by the server's settings")) {
    return chosen(*adapter, "set by the server");
  }
  for (const TransportAdapter& adapter : adapters_) {
    if (std::ranges::find(adapter.paths, facts.path) == adapter.paths.end()) continue;
    // The path speaks for itself, but who hoped for something else is told.
    const auto* preferred = wanted(facts.header, "by x-transport-preference");
    if (preferred != nullptr && preferred != &adapter && notice.empty()) {
      notice = quoted(preferred->name) + " was asked for by x-transport-preference, but the path " +
               "is that of " + quoted(adapter.name);
    }
    return chosen(adapter, "chosen by its path");
  }
  if (const auto* adapter = wanted(facts.header, "by x-transport-preference")) {
    return chosen(*adapter, "asked for by x-transport-preference");
  }
  const std::string agent = to_lower(facts.user_agent);
  for (const TransportAdapter& adapter : adapters_) {
    for (const std::string& part : adapter.user_agents) {
      if (agent.find(part) != std::string::npos) return chosen(adapter, "suits the user agent");
    }
  }
  if (const auto* adapter = wanted(facts.environment, "by PREFERRED_TRANSPORT")) {
    return chosen(*adapter, "set by PREFERRED_TRANSPORT");
  }
  return chosen(adapters_.front(), "the default");
}

}  // namespace voiceagent::transports
