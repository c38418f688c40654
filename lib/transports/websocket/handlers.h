// The two WebSocket endpoints, as handlers for the net layer's connections.
#pragma once

#include <memory>

#include "net/web_socket.h"
#include "transports/selection.h"
#include "transports/transport_host.h"

namespace voiceagent::transports {

// `WS /api/v1/ws/stream` (docs/protocols/stream.md): one connection, one session. `selection` is
// told to the client. Sessions live on the connection's loop.
std::unique_ptr<net::WebSocketHandler> make_stream_handler(std::shared_ptr<TransportHost> host,
                                                           Selection selection);

// `WS /ws` (docs/protocols/json.md): requests and answers, over host->dialogues().
std::unique_ptr<net::WebSocketHandler> make_json_handler(std::shared_ptr<TransportHost> host,
                                                         Selection selection);

// What its connections may hold: messages with a whole utterance in base64 (60 s at 48 kHz fit),
// and answers.
net::WebSocketLimits json_limits();

}  // namespace voiceagent::transports
