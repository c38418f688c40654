// WebSocket client on a loop.
#pragma once

#include <memory>
#include <string>

#include "net/loop.h"
#include "net/web_socket.h"
#include "voiceagent/time.h"

namespace voiceagent::net {

struct WebSocketClientOptions {
  std::string url;  // ws or wss
  HttpHeaders headers;
  std::string subprotocol;
  Duration connect_timeout{10'000'000'000};  // until the handshake has been answered
  bool verify_tls = true;
  std::string ca_file;  // empty: the system's
  WebSocketLimits limits;
};

// A WebSocket that is being opened. Dropping it gives up: the handler is destroyed, and told
// nothing. Once the handler has been told opened() or closed(), it means nothing any more.
class WebSocketAttempt {
 public:
  virtual ~WebSocketAttempt() = default;
};

// Connects; on `loop`, which must be the present executor. The name is resolved off the loop.
// handler->opened() or, without it, handler->closed(kCloseAbnormal, what went wrong) follows; with
// HTTP refusals the reason begins with the status ("401 ...").
[[nodiscard]] std::unique_ptr<WebSocketAttempt> connect_web_socket(
    std::shared_ptr<Loop> loop, WebSocketClientOptions options,
    std::unique_ptr<WebSocketHandler> handler);

}  // namespace voiceagent::net
