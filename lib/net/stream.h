// A connected socket on a loop, plain or with TLS.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "net/descriptor.h"
#include "net/tls.h"

struct uv_loop_s;
struct ssl_st;

namespace voiceagent::net {

// Everything on the loop's thread. Nothing blocks.
class Stream {
 public:
  // Told when there may be something to read or room to write, as wanted. It may destroy the stream
  // in that call.
  class Owner {
   public:
    virtual void stream_ready() = 0;

   protected:
    ~Owner() = default;
  };

  static constexpr std::ptrdiff_t kGone = -1;

  // Takes the descriptor, which doesn't block. With `tls`, the server's side of TLS.
  Stream(uv_loop_s* loop, Descriptor descriptor, const TlsContext& tls);
  // The client's side of TLS, if there is `tls`: asks for the certificate of `server`, a name or an
  // address. The connection may still be on its way: it is there once writing is possible.
  Stream(uv_loop_s* loop, Descriptor descriptor, const TlsContext& tls, const std::string& server);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void set_owner(Owner* owner) { owner_ = owner; }
  void want(bool reading, bool writing);

  // Once writing is possible for the first time: why there is no connection; 0: it is there.
  int connection_error() const;
  // How many bytes; 0: none for now; kGone: the end, or an error.
  std::ptrdiff_t read(std::span<char> buffer);
  // How many bytes were taken; 0: none for now; kGone: an error.
  std::ptrdiff_t write(std::string_view bytes);
  // Whether something that was read from the socket is still to be read here.
  bool has_input() const;
  // After kGone: why, for people; empty when the other end just closed.
  const std::string& failure() const { return failure_; }
  bool secure() const { return ssl_ != nullptr; }
  // Bounds what the kernel holds for a reader that is slow.
  void bound_send_buffer(int bytes);
  // Nothing will be written any more.
  void finish_writing();

 private:
  struct Poll;

  std::ptrdiff_t tls_result(int result, bool& wants_other, int other);
  void watch();
  std::ptrdiff_t gone(std::string why);

  Owner* owner_ = nullptr;
  Poll* poll_;  // outlives this until libuv has let go of it
  const Descriptor descriptor_;
  TlsContext tls_;
  ssl_st* ssl_ = nullptr;
  bool failed_ = false;
  std::string failure_;
  bool reading_ = false;
  bool writing_ = false;
  bool read_wants_writing_ = false;  // TLS
  bool write_wants_reading_ = false;
  int watched_ = 0;
};

}  // namespace voiceagent::net
