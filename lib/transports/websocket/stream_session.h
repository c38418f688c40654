// A session of the streaming protocol: what it says goes to the connection that it has at the time,
// and when it has lost that, it waits for another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/throttled_sum.h"
#include "net/web_socket.h"
#include "protocols/stream/audio_codec.h"
#include "protocols/stream/client_message.h"
#include "transports/selection.h"
#include "transports/session_directory.h"
#include "transports/transport_host.h"
#include "voiceagent/session.h"

namespace voiceagent::transports {

// Close codes of the streaming protocol's own.
inline constexpr int kCloseTakenOver = 4001;
inline constexpr int kCloseUnauthorised = 4003;
inline constexpr int kCloseNoSession = 4004;

// Everything on the session's executor. Connections name themselves by their socket: what comes
// from one that has lost the session is ignored.
class StreamSession final : public LiveSession, public std::enable_shared_from_this<StreamSession> {
 public:
  struct Admitted {
    Principal principal;
    std::shared_ptr<void> slot;
  };

  // Opens a session on the socket's loop, which is the present executor, and gives it the
  // connection. It lives until it has closed.
  static Result<std::shared_ptr<StreamSession>> open(std::shared_ptr<TransportHost> host,
                                                     Admitted admitted,
                                                     const protocols::stream::Start& start,
                                                     const Selection& selection,
                                                     std::shared_ptr<net::WebSocket> socket);

  // Gives it another connection, in place of the present one.
  Status attach(std::shared_ptr<net::WebSocket> socket, const protocols::stream::Start& start,
                const Selection& selection);
  void text(const net::WebSocket& from, std::string_view message);
  void binary(const net::WebSocket& from, std::span<const std::byte> message);
  void lost(const net::WebSocket& from);
  void end(CloseReason reason) override;

 private:
  StreamSession(std::shared_ptr<TransportHost> host, Admitted admitted,
                std::shared_ptr<Executor> executor)
      : host_(std::move(host)), admitted_(std::move(admitted)), executor_(std::move(executor)) {}
  Status begin(const protocols::stream::Start& start);
  struct Codecs {
    protocols::stream::AudioDecoder decoder;
    protocols::stream::AudioEncoder encoder;
  };
  Result<Codecs> make_codecs(const protocols::stream::Start& start) const;
  void use(Codecs codecs);
  void started(bool resumed, Mode mode, const Selection& selection);

  // what the client says
  void obey(const protocols::stream::ClientMessage& message);
  void judge(const Status& status);
  void let_go(int code, std::string_view reason);
  void detach();

  // what the session says
  void on_event(const AnyEvent& event);
  void audio(const event::AudioOut& out);
  void flushed(const event::OutputFlushed& flush, Duration time);
  void closed(const event::SessionClosed& closed);
  void send_frame(std::int64_t position, std::span<const std::byte> bytes);
  void finish_audio_soon();
  void note_drops();
  void tell_drops(std::uint64_t count);

  const std::shared_ptr<TransportHost> host_;
  Admitted admitted_;
  const std::shared_ptr<Executor> executor_;
  std::shared_ptr<StreamSession> self_;  // until the session has closed
  // What every frame needs lies together.
  std::shared_ptr<Session> session_;
  std::shared_ptr<net::WebSocket> socket_;  // null: lost
  std::optional<protocols::stream::AudioDecoder> decoder_;
  std::uint32_t generation_ = 0;
  int errors_ = 0;         // in a row
  std::int64_t sent_ = 0;  // samples, in the whole session
  std::uint64_t dropped_ = 0;
  std::optional<protocols::stream::AudioEncoder> encoder_;
  Subscription subscription_;
  protocols::stream::EventSelection events_;
  std::unique_ptr<ThrottledSum> drops_;  // pieces of audio, once there were some
  TimerId grace_ = 0;
  TimerId tail_ = 0;  // an unfinished packet waits
};

}  // namespace voiceagent::transports
