// One connection once it is a WebSocket, at either end.
//
// A message that nothing waits before is written when the loop's round ends (outbox.h); otherwise
// it is queued, within the bounds of WebSocketLimits.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/ring.h"
#include "net/admission.h"
#include "net/http_server.h"
#include "net/outbox.h"
#include "net/server_loop.h"
#include "net/stream.h"
#include "net/web_socket.h"
#include "net/web_socket_frames.h"

namespace voiceagent::net {

class WebSocketConnection final : public WebSocket,
                                  public Connection,
                                  public Stream::Owner,
                                  public Outbox::Writer,
                                  public std::enable_shared_from_this<WebSocketConnection>,
                                  private FrameReader::Sink {
 public:
  // The server's end: answers the request with 101 and goes on as a WebSocket; `rest` is what the
  // client has already sent behind it.
  static void open(ServerLoop& server, std::unique_ptr<Stream> stream, Place place,
                   HttpRequest request, UpgradeAnswer accepted, std::string rest);
  // The client's end, once the server has answered with 101; `rest` is what came behind that.
  static void open(const std::shared_ptr<ConnectionSet>& set, std::unique_ptr<Stream> stream,
                   HttpRequest request, std::unique_ptr<WebSocketHandler> handler,
                   const WebSocketLimits& limits, std::string rest);

  // `keep` is let go of when the connection ends; what is sent is masked for a client.
  WebSocketConnection(ConnectionSet& set, std::shared_ptr<void> keep, Side side,
                      std::unique_ptr<Stream> stream, HttpRequest request,
                      std::unique_ptr<WebSocketHandler> handler, const WebSocketLimits& limits);
  ~WebSocketConnection() override;

  const std::shared_ptr<Loop>& loop() const override { return loop_; }
  const HttpRequest& request() const override { return request_; }
  bool send_text(std::string_view text, Delivery delivery) override;
  bool send_binary(std::span<const std::byte> head, std::span<const std::byte> payload,
                   Delivery delivery) override;
  std::size_t drop_queued() override;
  void close(int code, std::string_view reason) override;
  std::size_t queued_bytes() const override { return queued_ + rest_.size() - rest_sent_; }
  std::uint64_t dropped_messages() const override { return dropped_; }

  void stream_ready() override;
  void write(std::string_view bytes) override;
  void tick(Time now) override;
  void drain() override {
    if (state_ == State::kOpen && !broken_) handler_->draining();
  }
  void cut() override { close(kCloseGoingAway, "the server ends"); }
  void abort() override { lost(); }

 private:
  enum class State {
    kOpen,
    kClosing,    // what waits is sent, then the close frame
    kWaiting,    // the close frame has been sent; that of the other end is awaited
    kLingering,  // so it has, after an error; what still comes is read and forgotten
    kClosed,
  };
  struct Message {
    std::string frame;  // empty once it was dropped
    bool may_drop = false;
  };

  void start(const std::string& handshake, std::string rest);
  void append(std::string& out, FrameKind kind, std::string_view head, std::string_view payload);
  std::string make_close_frame(int code, std::string_view reason);
  bool send(FrameKind kind, std::string_view head, std::string_view payload, bool may_drop);
  // Frame by frame.
  bool write_now(std::string_view frame);
  void enqueue(std::string_view frame, bool may_drop);
  bool drop_oldest();
  void flush();
  bool flush_rest();
  void close_with(int code, std::string_view reason, bool after_error);
  void send_close_frame();
  std::string other_end() const { return side_ == Side::kServer ? "the client" : "the server"; }
  bool waits() const { return !rest_.empty() || !queue_.empty() || !pong_.empty(); }

  bool on_message(bool is_text, std::span<char> bytes) override;
  bool on_ping(std::span<char> bytes) override;
  bool on_pong() override { return true; }
  void on_close(int code, std::string_view reason) override;

  void receive();
  void parse(std::span<char> bytes);
  void give_up_message(int code, std::string_view reason);
  void keep_alive(Time now);
  void watch();
  void broken();
  void resume_later();
  void lost();

  // What every message needs lies together; the rest is seldom looked at.
  ConnectionSet& set_;
  const std::shared_ptr<Loop> loop_;
  std::shared_ptr<void> keep_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<WebSocketHandler> handler_;
  State state_ = State::kOpen;
  const Side side_;
  bool broken_ = false;
  bool resuming_ = false;
  bool after_error_ = false;
  bool heard_ = true;  // since the last tick
  bool pinged_ = false;
  std::uint64_t dropped_ = 0;
  std::string rest_;  // of a frame that the socket has taken in part
  Ring<Message> queue_;
  std::string pong_;  // the frame that answers the latest ping
  FrameReader reader_;
  ByteShare share_;  // of the budget: what reader_ holds

  std::size_t rest_sent_ = 0;
  std::size_t queued_ = 0;  // bytes in queue_
  const HttpRequest request_;
  const WebSocketLimits limits_;
  Time blocked_at_;  // when the socket last took something, while something waits
  std::string close_frame_;
  Time deadline_ = Time::max();     // of closing
  Time message_due_ = Time::max();  // the rest of a message that has come in part
  int closed_code_ = kCloseAbnormal;
  std::string closed_reason_;
  Time heard_at_;
};

}  // namespace voiceagent::net
