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

// Names in order of preference, and where they stand.
struct Wish {
  std::string_view names;
  const char* by;
};

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
  const auto wanted = [&](const Wish& wish) -> const TransportAdapter* {
    for (const std::string& name : names_in(wish.names)) {
      if (const TransportAdapter* adapter = find(name)) return adapter;
      if (notice.empty()) {
        notice =
            quoted(name) + " was asked for by " + wish.by + " and is not available on this server";
      }
    }
    return nullptr;
  };
  const auto chosen = [&notice](const TransportAdapter& adapter, std::string reason) {
    return Selection{adapter.name, std::move(reason), notice};
  };

  const Wish parameter{facts.parameter, "the parameter transport"};
  const Wish header{facts.header, "x-transport-preference"};
  const Wish environment{facts.environment, "PREFERRED_TRANSPORT"};
  for (const TransportAdapter& adapter : adapters_) {
    if (std::ranges::find(adapter.paths, facts.path) == adapter.paths.end()) continue;
    // The path speaks for itself, but who hoped for something else is told.
    for (const Wish& wish : {parameter, header}) {
      const auto* preferred = wanted(wish);
      if (preferred != nullptr && preferred != &adapter && notice.empty()) {
        notice = quoted(preferred->name) + " was asked for by " + wish.by +
                 ", but the path is that of " + quoted(adapter.name);
      }
    }
    (void)wanted(environment);
    return chosen(adapter, "chosen by its path");
  }
  for (const Wish& wish : {parameter, header, environment}) {
    if (const auto* adapter = wanted(wish))
      return chosen(*adapter, std::string("asked for by ") + wish.by);
  }
  const std::string agent = to_lower(facts.user_agent);
  for (const TransportAdapter& adapter : adapters_) {
    for (const std::string& part : adapter.user_agents) {
      if (agent.find(part) != std::string::npos) return chosen(adapter, "suits the user agent");
    }
  }
  return chosen(adapters_.front(), "the default");
}

}  // namespace voiceagent::transports
