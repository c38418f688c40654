// The two WebSocket endpoints, as handlers for the net layer's connections.
#pragma once

#include <cstddef>
#include <memory>

#include "net/web_socket.h"
#include "transports/selection.h"
#include "transports/transport_host.h"

namespace voiceagent::transports {

// The longest message of a stream's client. What it brings is dealt with at once, on a loop that
// others share: more audio would keep them waiting, and who hasn't said yet who it is could hold
// more memory.
inline constexpr std::size_t kMaxStreamMessage = 64 * 1024;

// `WS /api/v1/ws/stream` (docs/protocols/stream.md): one connection, one session. `selection` is
// told to the client. Sessions live on the connection's loop.
std::unique_ptr<net::WebSocketHandler> make_stream_handler(std::shared_ptr<TransportHost> host,
                                                           Selection selection);

// `WS /ws` (docs/protocols/json.md): requests and answers, over host->dialogues().
std::unique_ptr<net::WebSocketHandler> make_json_handler(std::shared_ptr<TransportHost> host,
                                                         Selection selection);

}  // namespace voiceagent::transports
