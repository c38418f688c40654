// A WebSocket connection without a network: a test plays its other end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/web_socket.h"
#include "voiceagent/json.h"

namespace voiceagent::test {

class FakeSocket final : public net::WebSocket {
 public:
  struct Message {
    bool is_text = false;
    std::string bytes;
  };

  FakeSocket(std::shared_ptr<net::Loop> loop, net::HttpRequest request)
      : loop_(std::move(loop)), request_(std::move(request)) {}

  const std::shared_ptr<net::Loop>& loop() const override { return loop_; }
  const net::HttpRequest& request() const override { return request_; }
  bool send_text(std::string_view text, net::Delivery delivery) override;
  bool send_binary(std::span<const std::byte> head, std::span<const std::byte> payload,
                   net::Delivery delivery) override;
  std::size_t drop_queued() override;
  void close(int code, std::string_view reason) override;
  std::size_t queued_bytes() const override;
  std::uint64_t dropped_messages() const override { return dropped; }

  std::vector<Message> received;  // by the other end, in order
  bool counts_only = false;       // keeps nothing, and allocates nothing
  std::uint64_t messages = 0;
  bool stalled = false;   // the other end doesn't read:
  std::size_t room = 10;  // so many messages that may be dropped wait then
  std::uint64_t dropped = 0;
  std::size_t flushed = 0;  // by drop_queued()
  int close_code = 0;       // 0: open
  std::string close_reason;
  std::function<void()> on_close;
  void read_on();  // what waits arrives

 private:
  struct Waiting {
    Message message;
    bool may_drop = false;
  };
  bool send(bool is_text, std::span<const std::byte> head, std::span<const std::byte> payload,
            net::Delivery delivery);

  const std::shared_ptr<net::Loop> loop_;
  const net::HttpRequest request_;
  std::deque<Waiting> waiting_;
};

// The connection with its handler. Calls are carried out by the loop; run it afterwards.
class FakeConnection {
 public:
  FakeConnection(std::shared_ptr<net::Loop> loop, std::unique_ptr<net::WebSocketHandler> handler,
                 net::HttpRequest request = {});
  // Lost, if it is still open. The loop must run once more.
  ~FakeConnection();
  FakeConnection(const FakeConnection&) = delete;
  FakeConnection& operator=(const FakeConnection&) = delete;

  void text(std::string message);
  void binary(std::string bytes);
  // The server is about to end.
  void drain();
  // The client closes, or (kCloseAbnormal) goes away.
  void close(int code = net::kCloseAbnormal);

  // What has come: texts of that type, oldest first; the latest one, or null.
  std::vector<Json> all(std::string_view type) const;
  Json last(std::string_view type) const;
  std::size_t count(std::string_view type) const { return all(type).size(); }
  // The types of all texts, with spaces between.
  std::string types() const;
  std::vector<std::string> frames() const;

  const std::shared_ptr<FakeSocket>& socket() const { return state_->socket; }

 private:
  struct State {
    std::shared_ptr<FakeSocket> socket;
    std::unique_ptr<net::WebSocketHandler> handler;  // null once closed
    void closed(int code, std::string_view reason);
  };
  void post(std::function<void(State&)> f);

  const std::shared_ptr<net::Loop> loop_;
  const std::shared_ptr<State> state_;
};

}  // namespace voiceagent::test
