// The ports of a wrapper: the streams of the providers behind it end on the executor of its own
// stream, whose context outlives them all.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "core/stream/stream_port.h"

namespace voiceagent {

// Points at what somebody else keeps alive.
template <class T>
std::shared_ptr<T> unowned(T* object) {
  return std::shared_ptr<T>(std::shared_ptr<void>(), object);
}

inline PortContext chain_ports(const StreamContext& context) {
  PortContext ports;
  ports.executor = unowned(context.executor);
  ports.workers = unowned(context.workers);
  ports.logger = unowned(context.logger);
  ports.count = std::make_shared<StreamCount>();
  const auto* const relay = dynamic_cast<const StreamRelay*>(context.observer);
  if (relay != nullptr) ports.board = relay->board;
  return ports;
}
// Those of one link, "llm" 'x'.
inline PortContext named(PortContext ports, std::string_view kind, std::string_view provider) {
  if (ports.board != nullptr) ports.owner = ports.board->owner(kind, provider);
  return ports;
}

}  // namespace voiceagent
