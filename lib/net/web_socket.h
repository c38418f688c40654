// One WebSocket connection, of either end, as its owner sees it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/http.h"
#include "voiceagent/time.h"

namespace voiceagent::net {

class Loop;

// Whether a message that a slow reader can't take may be lost.
enum class Delivery {
  kMust,     // control: never dropped; when too much of it waits, the connection is closed (1013)
  kMayDrop,  // audio: the oldest such messages make room
};

// Close codes of RFC 6455 that are used here.
enum CloseCode : int {
  kCloseNormal = 1000,
  kCloseGoingAway = 1001,
  kCloseProtocolError = 1002,
  kCloseUnsupported = 1003,
  kCloseAbnormal = 1006,  // never sent: the connection was lost
  kCloseInvalidText = 1007,
  kClosePolicy = 1008,
  kCloseTooBig = 1009,
  kCloseInternal = 1011,
  kCloseTryAgain = 1013,
};

// Everything on the connection's loop, unless it says otherwise. Sending writes to the socket at
// once when nothing waits, and queues otherwise; it never blocks and never calls back.
class WebSocket {
 public:
  virtual ~WebSocket() = default;

  virtual const std::shared_ptr<Loop>& loop() const = 0;  // any thread
  // The request that was upgraded (client: that was sent); without a body. Any thread.
  virtual const HttpRequest& request() const = 0;

  // False once the connection is closing. `text` must be UTF-8.
  virtual bool send_text(std::string_view text, Delivery delivery = Delivery::kMust) = 0;
  // The two parts make one message: a header and its payload need not be put together first.
  virtual bool send_binary(std::span<const std::byte> head, std::span<const std::byte> payload = {},
                           Delivery delivery = Delivery::kMayDrop) = 0;
  // Drops queued messages that may be dropped: a flush must not wait behind stale audio.
  virtual std::size_t drop_queued() = 0;
  // Sends what waits, then closes. WebSocketHandler::closed() follows. A second call does nothing.
  virtual void close(int code, std::string_view reason) = 0;

  virtual std::size_t queued_bytes() const = 0;        // not yet taken by the kernel
  virtual std::uint64_t dropped_messages() const = 0;  // because the reader was slow
};

// What a connection tells its owner; on its loop. Never called from inside a call to the WebSocket.
class WebSocketHandler {
 public:
  virtual ~WebSocketHandler() = default;
  // First. The handler may keep `socket`; after closed() its calls do nothing.
  virtual void opened(std::shared_ptr<WebSocket> socket) = 0;
  // A whole message; valid UTF-8; the bytes are the handler's to overwrite during the call.
  virtual void text(std::span<char> message) = 0;
  // A whole message.
  virtual void binary(std::span<const std::byte> message) = 0;
  // What waited has been written. Rarely needed: sending queues by itself.
  virtual void drained() {}
  // The server is about to end: who has nothing to do should close.
  virtual void draining() {}
  // Last; `code` as the other end sent it, kCloseAbnormal when the connection was lost. The handler
  // is destroyed afterwards.
  virtual void closed(int code, std::string_view reason) = 0;
};

// How much one connection may hold. A queue beyond `max_queued_bytes` loses its oldest messages
// that may be dropped; when what must not be dropped alone exceeds it, or nothing could be written
// for `stall`, the connection is closed.
struct WebSocketLimits {
  std::size_t max_message_bytes = 1 << 20;  // a longer one closes with 1009
  std::size_t max_queued_bytes = 256 * 1024;
  Duration stall{30'000'000'000};
  // From a message's first bytes to its last; one that takes longer closes with 1008.
  Duration message_timeout{60'000'000'000};
  // A ping after so much quiet; nothing within as long again: lost. 0: never.
  Duration ping{20'000'000'000};
};

}  // namespace voiceagent::net
