// The frames of RFC 6455 as bytes: no sockets, no clocks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace voiceagent::net {

enum class FrameKind : std::uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10,
};

// The longest header of a frame that a server sends.
inline constexpr std::size_t kMaxFrameHeader = 10;

// Writes the header of a whole, unmasked frame; how long it is.
std::size_t write_frame_header(FrameKind kind, std::uint64_t size, char* out);

using FrameMask = std::array<unsigned char, 4>;

// Appends a whole frame. A client masks its own, each with a mask that nobody can foresee.
void append_frame(std::string& out, FrameKind kind, std::string_view head, std::string_view payload,
                  const FrameMask* mask = nullptr);

// Masks bytes, or takes the mask off; `at` says how many went before them.
void apply_mask(std::span<char> bytes, const FrameMask& mask, std::size_t at);

// What the server answers to a client's key.
std::string web_socket_accept(std::string_view key);

// Whether a close frame may carry this code.
bool is_close_code(int code);

enum class Side { kClient, kServer };

// Takes the bytes of one side apart. A message that lies in one piece is handed on where it lies.
class FrameReader {
 public:
  // False from any of them: nothing more is wanted, the rest is dropped.
  class Sink {
   public:
    // Text is valid UTF-8. The bytes may be overwritten during the call.
    virtual bool on_message(bool is_text, std::span<char> bytes) = 0;
    virtual bool on_ping(std::span<char> bytes) = 0;
    virtual bool on_pong() = 0;
    // 1005 when the frame carries no code.
    virtual void on_close(int code, std::string_view reason) = 0;

   protected:
    ~Sink() = default;
  };
  struct Error {
    int code = 0;  // with which to close; 0: there is none
    std::string_view reason;
  };

  explicit FrameReader(std::size_t max_message, Side from = Side::kClient)
      : max_message_(max_message), from_(from) {}

  // Reads on; the bytes are changed. After an error nothing is read any more.
  Error read(std::span<char> bytes, Sink& sink);
  // What has come of a message that is not complete yet.
  std::size_t held() const { return message_.size(); }
  // Whether a message has begun that is not complete yet; control frames are none.
  bool in_message() const { return continues_ || (in_payload_ && !is_control()); }
  // Reads nothing more, and forgets what has come.
  void stop();

 private:
  bool read_header(std::span<char>& bytes);
  std::size_t header_size() const;
  Error check_header();
  Error take_payload(std::span<char> payload, Sink& sink);
  Error end_of_frame(std::span<char> payload, Sink& sink);
  Error deliver(std::span<char> payload, Sink& sink);
  Error deliver_close(std::span<char> payload, Sink& sink);
  bool is_control() const { return static_cast<int>(kind_) >= 8; }

  const std::size_t max_message_;
  const Side from_;
  std::array<unsigned char, 14> header_{};
  std::size_t header_read_ = 0;
  bool in_payload_ = false;
  bool done_ = false;

  FrameKind kind_ = FrameKind::kContinuation;
  bool final_ = false;
  FrameMask mask_{};
  std::size_t mask_at_ = 0;
  std::uint64_t left_ = 0;  // of the payload

  bool continues_ = false;  // the first frame of a message was not its last
  bool message_is_text_ = false;
  std::string message_;  // what has come of a message that doesn't lie in one piece
  std::string control_;  // the same of a control frame
};

}  // namespace voiceagent::net
