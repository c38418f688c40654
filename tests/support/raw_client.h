// A client that sends whatever bytes it likes, over a plain socket or TLS, and waits with a
// deadline.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace voiceagent::test {

class RawClient {
 public:
  // Connects to 127.0.0.1 (or ::1); `receive_buffer` bounds what the kernel takes for it (0: its
  // default). connected() says whether it worked.
  explicit RawClient(int port, bool tls = false, int receive_buffer = 0);
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient& operator=(RawClient&&) = delete;

  bool connected() const { return descriptor_ >= 0; }
  // Whether all of it was taken within the deadline.
  bool send(std::string_view bytes);
  // Sends as long as the socket takes something at once; how much that was.
  std::size_t send_what_fits(std::string_view bytes);
  // Some bytes; empty at the end of the connection or after the deadline.
  std::string receive();
  // Bytes up to and including `mark`, or what there was. Keeps what comes behind it.
  std::string receive_until(std::string_view mark);
  // Exactly so many bytes, or what there was.
  std::string receive_exactly(std::size_t size);
  // Everything until the server closes. closed() says whether it did.
  std::string receive_all();
  bool closed() const { return closed_; }
  void finish_sending();
  // The subject of the server's certificate.
  std::string certificate() const;

  // One whole answer with a content-length or chunks: its head and body.
  struct Answer {
    int status = 0;
    std::string head;
    std::string body;
  };
  Answer receive_answer(bool to_head = false);
  // Sends and receives.
  Answer ask(std::string_view request);

  // A WebSocket: asks for an upgrade of `path`; the answer's head.
  std::string upgrade(std::string_view path, std::string_view more_headers = {});
  // A frame as a client sends it; `kind` with its flags (0x81: whole text).
  static std::string frame(int kind, std::string_view payload);
  // A frame from the server: its first byte, and its payload. kind 0: none came.
  struct Frame {
    int kind = 0;
    std::string payload;
    int close_code() const;
  };
  Frame receive_frame();

 private:
  bool fill();

  int descriptor_ = -1;
  std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)> context_;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
  std::string got_;
  bool closed_ = false;
};

}  // namespace voiceagent::test
