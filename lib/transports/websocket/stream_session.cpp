// A session's life: how it begins, loses its connection, gets another, and ends.
#include "transports/websocket/stream_session.h"

#include <string>
#include <utility>
#include <vector>

#include "net/loop.h"
#include "transports/websocket/stream_messages.h"

namespace voiceagent::transports {

using protocols::stream::AudioDecoder;
using protocols::stream::AudioEncoder;
using protocols::stream::AudioFormat;
using protocols::stream::Start;

Result<std::shared_ptr<StreamSession>> StreamSession::open(std::shared_ptr<TransportHost> host,
                                                           Admitted admitted, const Start& start,
                                                           const Selection& selection,
                                                           std::shared_ptr<net::WebSocket> socket) {
  std::shared_ptr<StreamSession> self(
      new StreamSession(std::move(host), std::move(admitted), socket->loop()));
  if (Status status = self->begin(start); !status.ok()) return status;
  self->self_ = self;
  self->socket_ = std::move(socket);
  self->started(false, start.mode.value_or(self->session_->mode()), selection);
  return self;
}

Status StreamSession::begin(const Start& start) {
  Result<Codecs> codecs = make_codecs(start);
  if (!codecs.ok()) return codecs.status();
  use(std::move(*codecs));
  const Result<std::shared_ptr<Agent>> agent = host_->agent(admitted_.principal, start.agent);
  if (!agent.ok()) return agent.status();
  SessionOptions options;
  options.output_rate = encoder_->format().sample_rate;
  options.reports_playback = start.playback_reports;
  options.request = admitted_.principal.request;
  Result<std::shared_ptr<Session>> session = (*agent)->open_session(std::move(options), executor_);
  if (!session.ok()) return session.status();
  session_ = std::move(*session);
  if (start.mode) {
    if (Status status = session_->set_mode(*start.mode); !status.ok()) return status;
  }
  const DirectoryEntry entry{executor_, weak_from_this(), admitted_.principal};
  if (Status status = host_->sessions().add(session_->id(), entry); !status.ok()) return status;
  subscription_ =
      session_->events().subscribe_all([this](const AnyEvent& event) { on_event(event); },
                                       EventSet::all().without(EventKind::kAudioIn));
  host_->session_opening(*session_, "websocket", admitted_.principal);
  events_ = start.events;
  return Status::success();
}

// For the formats of the connection. What is not named stays as it is, or becomes the default.
Result<StreamSession::Codecs> StreamSession::make_codecs(const Start& start) const {
  const AudioFormat input = start.input.value_or(decoder_ ? decoder_->format() : AudioFormat());
  const AudioFormat output = start.output.value_or(encoder_ ? encoder_->format() : AudioFormat());
  if (encoder_ && output.sample_rate != encoder_->format().sample_rate) {
    return invalid_argument("output: the session's `sample_rate` is " +
                            std::to_string(encoder_->format().sample_rate) +
                            " and can't be changed by resuming it");
  }
  Result<AudioDecoder> decoder = AudioDecoder::create(input);
  if (!decoder.ok()) return decoder.status();
  Result<AudioEncoder> encoder = AudioEncoder::create(output);
  if (!encoder.ok()) return encoder.status();
  return Codecs{std::move(*decoder), std::move(*encoder)};
}

void StreamSession::use(Codecs codecs) {
  decoder_ = std::move(codecs.decoder);
  encoder_ = std::move(codecs.encoder);
}

void StreamSession::started(bool resumed, Mode mode, const Selection& selection) {
  const std::vector<ContextEntry> context = session_->context();
  socket_->send_text(
      messages().started({session_->id(), resumed, mode, decoder_->format(), encoder_->format(),
                          selection.name, selection.reason, selection.notice, context}));
  errors_ = 0;
  dropped_ = socket_->dropped_messages();
}

Status StreamSession::attach(std::shared_ptr<net::WebSocket> socket, const Start& start,
                             const Selection& selection) {
  if (session_->closed()) return not_found("there is no session " + session_->id());
  Result<Codecs> codecs = make_codecs(start);
  if (!codecs.ok()) return codecs.status();
  if (start.mode) {
    if (Status status = session_->set_mode(*start.mode); !status.ok()) return status;
  }
  use(std::move(*codecs));
  if (socket_ != nullptr) {
    host_->count(TransportCount::kTakenOver);
    socket_->close(kCloseTakenOver, "another connection took the session over");
    detach();
  }
  executor_->cancel(std::exchange(grace_, 0));
  host_->count(TransportCount::kResumed);
  socket_ = std::move(socket);
  events_ = start.events;
  started(true, start.mode.value_or(session_->mode()), selection);
  return Status::success();
}

void StreamSession::lost(const net::WebSocket& from) {
  if (&from == socket_.get()) detach();
}

// Without a connection the agent falls silent: the context keeps what has been heard, and what was
// in the air is not said to nobody. Text that is being written is kept for who comes back.
void StreamSession::detach() {
  socket_.reset();
  executor_->cancel(std::exchange(tail_, 0));
  if (session_->closed()) return;
  if (host_->draining()) return session_->close(CloseReason::kHost);
  const Mode mode = session_->mode();
  if (mode == Mode::kVoiceToVoice || mode == Mode::kTextToVoice) session_->interrupt();
  grace_ = executor_->post_after(host_->options().resume_grace, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr || self->socket_ != nullptr) return;
    self->host_->count(TransportCount::kGraceExpired);
    self->session_->close(CloseReason::kIdle);
  });
}

// Ends the connection, not the session.
void StreamSession::let_go(int code, std::string_view reason) {
  socket_->close(code, reason);
  detach();
}

void StreamSession::end(CloseReason reason) { session_->close(reason); }

void StreamSession::closed(const event::SessionClosed& closed) {
  host_->sessions().remove(session_->id());
  executor_->cancel(std::exchange(grace_, 0));
  executor_->cancel(std::exchange(tail_, 0));
  drops_.reset();
  admitted_.slot.reset();
  if (socket_ != nullptr) {
    socket_->send_text(messages().closed(closed.reason));
    if (host_->draining()) {
      socket_->close(net::kCloseGoingAway, "the server is shutting down");
    } else {
      socket_->close(net::kCloseNormal, "the session ended");
    }
    socket_.reset();
  }
  // Not while the event is being delivered by what this object owns.
  executor_->post([self = std::exchange(self_, nullptr)] {});
}

}  // namespace voiceagent::transports
