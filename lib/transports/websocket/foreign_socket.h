// A WebSocket of another loop, as a session sees it from its own.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "net/web_socket.h"
#include "transports/websocket/mailbox.h"

namespace voiceagent::transports {

// The connection's end of it. On the connection's loop, but for the numbers.
struct Wire {
  std::shared_ptr<net::WebSocket> socket;  // null once it has closed
  std::atomic<std::size_t> queued{0};
  std::atomic<std::uint64_t> dropped{0};
};

// Sends by mail. On the session's executor.
class ForeignSocket final : public net::WebSocket {
 public:
  // REQUIRES: wire->socket is there, and this is its loop.
  explicit ForeignSocket(std::shared_ptr<Wire> wire);

  const std::shared_ptr<net::Loop>& loop() const override { return loop_; }
  const net::HttpRequest& request() const override { return request_; }
  bool send_text(std::string_view text, net::Delivery delivery) override;
  bool send_binary(std::span<const std::byte> head, std::span<const std::byte> payload,
                   net::Delivery delivery) override;
  std::size_t drop_queued() override;
  void close(int code, std::string_view reason) override;
  std::size_t queued_bytes() const override;
  std::uint64_t dropped_messages() const override;

 private:
  bool send(Mail mail);

  const std::shared_ptr<net::Loop> loop_;
  const net::HttpRequest request_;
  const std::shared_ptr<Wire> wire_;
  const std::shared_ptr<Mailbox> out_;
  bool closing_ = false;
};

}  // namespace voiceagent::transports
