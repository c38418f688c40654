// Which transport carries a conversation, and why.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace voiceagent::transports {

// What a transport is chosen by, what counts more first; what is empty was not said.
struct SelectionFacts {
  std::string_view path;         // of the request: a WebSocket's can't carry anything else
  std::string_view parameter;    // ?transport=: an explicit override, by names like the header's
  std::string_view header;       // x-transport-preference: names in order of preference
  std::string_view environment;  // PREFERRED_TRANSPORT: what the operator wants
  std::string_view user_agent;   // what is known of the client
};

struct Selection {
  std::string name;    // of the transport: "websocket"
  std::string reason;  // in words: "asked for by x-transport-preference"
  std::string notice;  // not empty: something else was asked for and can't be had
};

// A transport that may be chosen.
struct TransportAdapter {
  std::string name;
  std::vector<std::string> paths;        // that are its own; a path of its own decides
  std::vector<std::string> user_agents;  // parts of user agents that it suits, in lower case
};

// What a server can carry. Pure; constant once made, then any thread.
class AdapterRegistry {
 public:
  // The first one is the default. REQUIRES: not empty.
  explicit AdapterRegistry(std::vector<TransportAdapter> adapters);
  // The WebSockets of this library: "websocket" on the streaming path and "json" on /ws.
  static AdapterRegistry web_sockets();

  Selection choose(const SelectionFacts& facts) const;
  std::span<const TransportAdapter> adapters() const { return adapters_; }

 private:
  const TransportAdapter* find(std::string_view name) const;

  const std::vector<TransportAdapter> adapters_;
};

}  // namespace voiceagent::transports
