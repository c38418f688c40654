// What goes through a session's connection: the client's messages, the session's events, audio.
#include <chrono>
#include <string>
#include <utility>

#include "protocols/stream/audio_header.h"
#include "transports/websocket/stream_messages.h"
#include "transports/websocket/stream_session.h"

namespace voiceagent::transports {
namespace {

using namespace protocols::stream;

constexpr Duration kTailDelay = std::chrono::milliseconds(40);  // two frames without another
constexpr Duration kBetweenWarnings = std::chrono::seconds(5);

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;  // for clang 14

// What still comes for a session that is closing is late, not wrong.
Status unless_late(const Status& status) {
  return status.code() == ErrorCode::kFailedPrecondition ? Status::success() : status;
}

}  // namespace

void StreamSession::binary(const net::WebSocket& from, std::span<const std::byte> message) {
  if (&from != socket_.get()) return;
  const Status status = decoder_->decode(
      message, [this](AudioView audio) { return unless_late(session_->push_audio(audio)); });
  if (status.ok()) {
    errors_ = 0;
  } else {
    judge(status);
  }
}

void StreamSession::text(const net::WebSocket& from, std::string_view message) {
  if (&from != socket_.get()) return;
  const Result<ClientMessage> parsed = parse_client_message(message);
  if (!parsed.ok()) return judge(parsed.status());
  obey(*parsed);
}

void StreamSession::obey(const ClientMessage& message) {
  Session& session = *session_;
  const auto send = [this](std::string_view text) {
    socket_->send_text(text);
    return Status::success();
  };
  judge(std::visit(
      Overloaded{
          [](const Start&) { return invalid_argument("the session has started already"); },
          [&](const TypedLine& line) { return unless_late(session.push_text(line.text)); },
          [&](const Keys& keys) { return unless_late(session.push_dtmf(keys.digits)); },
          [&](const PlaybackReport& report) {
            session.report_playback(unwrap_position(report.position, sent_));
            return Status::success();
          },
          [&](const ModeRequest& request) { return session.set_mode(request.mode); },
          [&](const Interrupt&) {
            session.interrupt();
            return Status::success();
          },
          [&](const Commit&) {
            session.commit_turn();
            return Status::success();
          },
          [&](const Say& say) { return unless_late(session.say(say.text, {say.interruptible})); },
          [&](const ContextRequest& request) {
            return send(messages().context(request.id, session.context()));
          },
          [&](const Ping& ping) { return send(messages().pong(ping.id)); },
          [&](const End&) {
            session.close(CloseReason::kUser);
            return Status::success();
          },
      },
      message));
}

// Answers a message that was no good; too many of them in a row end the connection.
void StreamSession::judge(const Status& status) {
  if (status.ok()) {
    errors_ = 0;
    return;
  }
  if (socket_ == nullptr) return;  // it went with the session
  host_->count(TransportCount::kBadMessages);
  socket_->send_text(messages().error(status));
  if (++errors_ < host_->options().max_errors) return;
  let_go(net::kClosePolicy, std::to_string(errors_) + " errors in a row");
}

void StreamSession::on_event(const AnyEvent& event) {
  switch (event.kind()) {
    case EventKind::kAudioOut: return audio(*event.as<event::AudioOut>());
    case EventKind::kOutputFlushed:
      return flushed(*event.as<event::OutputFlushed>(), event.envelope().time);
    case EventKind::kSessionClosed: return closed(*event.as<event::SessionClosed>());
    default: break;
  }
  if (socket_ == nullptr) return;
  if (const std::string_view text = messages().event(event, events_); !text.empty()) {
    socket_->send_text(text);
  }
}

void StreamSession::audio(const event::AudioOut& out) {
  sent_ = out.position + static_cast<std::int64_t>(out.audio.samples.size());
  if (socket_ == nullptr) return session_->interrupt();  // something was said to nobody
  encoder_->encode(out.position, out.audio.samples,
                   [this](std::int64_t position, std::span<const std::byte> bytes) {
                     send_frame(position, bytes);
                   });
  if (encoder_->has_pending()) finish_audio_soon();
  if (socket_->dropped_messages() != dropped_) note_drops();
}

void StreamSession::send_frame(std::int64_t position, std::span<const std::byte> bytes) {
  const AudioHeaderBytes header = write_header({generation_, static_cast<std::uint32_t>(position)});
  socket_->send_binary(header, bytes, net::Delivery::kMayDrop);
}

// The end of a reply may leave a packet unfinished.
void StreamSession::finish_audio_soon() {
  executor_->cancel(tail_);
  tail_ = executor_->post_after(kTailDelay, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr || self->socket_ == nullptr) return;
    self->tail_ = 0;
    self->encoder_->finish([&self](std::int64_t position, std::span<const std::byte> bytes) {
      self->send_frame(position, bytes);
    });
  });
}

void StreamSession::flushed(const event::OutputFlushed& flush, Duration time) {
  ++generation_;
  encoder_->drop_pending();
  if (socket_ == nullptr) return;
  socket_->drop_queued();
  socket_->send_text(
      messages().flush(generation_, static_cast<std::uint32_t>(flush.position), time));
}

void StreamSession::note_drops() {
  const std::uint64_t all = socket_->dropped_messages();
  const std::uint64_t count = all - std::exchange(dropped_, all);
  host_->count(TransportCount::kDroppedAudio, count);
  if (drops_ == nullptr) {
    drops_ = std::make_unique<ThrottledSum>(executor_, kBetweenWarnings,
                                            [this](std::uint64_t sum) { tell_drops(sum); });
  }
  drops_->add(count);
}

void StreamSession::tell_drops(std::uint64_t count) {
  if (socket_ == nullptr) return;
  socket_->send_text(messages().warning("the connection is slow: " + std::to_string(count) +
                                        " pieces of audio were dropped"));
}

}  // namespace voiceagent::transports
