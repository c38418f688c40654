#include "transports/websocket/json_connection.h"

#include <span>
#include <type_traits>
#include <utility>
#include <variant>

#include "audio/wav_header.h"
#include "base/ids.h"
#include "net/loop.h"

namespace voiceagent::transports {
namespace {

using namespace protocols::json;

constexpr std::size_t kMaxRequests = 64;  // of a connection, in all its sessions
// A longer message is parsed off the loop, on which others live: 256 KB take about a millisecond.
constexpr std::size_t kLongMessage = 256 * 1024;
constexpr std::size_t kMaxParsing = 64;                          // messages that wait for it,
constexpr std::size_t kMaxParsingBytes = std::size_t{16} << 20;  // and how long they are together

// Shared by the connections of a thread: a message is sent or copied before the next is written.
ServerMessages& messages() {
  thread_local ServerMessages messages;
  return messages;
}

Status no_room() {
  return resource_exhausted("the server holds too much of what clients sent: try again soon");
}

void append(std::string& to, std::span<const std::byte> bytes) {
  to.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace

std::int64_t JsonConnection::now() const { return socket_->loop()->wall_time_ms(); }

bool JsonConnection::begin(const Selection& selection) {
  Result<Principal> principal = host_->authenticate(socket_->request(), {});
  if (!principal.ok()) {
    complain(principal.status());
    socket_->close(net::kClosePolicy, "not authorised");
    return false;
  }
  principal_ = std::move(*principal);
  own_session_ = random_id();
  socket_->send_text(messages().connection(own_session_, selection.name, selection.reason,
                                           selection.notice, now()));
  return true;
}

void JsonConnection::closed() {
  socket_.reset();
  for (const auto& [id, queue] : open_) {
    for (const PendingPtr& pending : queue) {
      if (pending->asked) pending->asked->cancel();
    }
  }
  open_.clear();  // with the syntheses that are on
}

void JsonConnection::complain(const Status& status) {
  socket_->send_text(messages().error(status, now(), retry_after(status)));
}

// Room comes back by itself.
std::optional<Duration> JsonConnection::retry_after(const Status& status) const {
  if (status.code() != ErrorCode::kResourceExhausted) return std::nullopt;
  return host_->options().retry_after;
}

void JsonConnection::binary() {
  host_->count(TransportCount::kBadMessages);
  complain(invalid_argument("binary messages have no meaning here: send JSON"));
}

void JsonConnection::text(std::string_view message) {
  if (parsing_ > 0 || message.size() > kLongMessage) return parse_elsewhere(message);
  handle(read(message, share()));
}

net::ByteShare JsonConnection::share() const {
  return net::ByteShare(host_->incoming(), socket_->request().peer);
}

// Understands a message; what it leaves in memory counts from now on. Any thread.
JsonConnection::Message JsonConnection::read(std::string_view text, net::ByteShare share) {
  Message message{parse_client_message(text), std::move(share)};
  if (!message.parsed.ok()) return message;
  const Ask* const ask = std::get_if<Ask>(&*message.parsed);
  const bool has_audio = ask != nullptr && ask->audio;
  const std::size_t bytes = has_audio ? ask->audio->samples.size() * sizeof(std::int16_t) : 0;
  if (!message.share.hold(bytes)) message.parsed = no_room();
  return message;
}

void JsonConnection::parse_elsewhere(std::string_view message) {
  const std::size_t size = message.size();
  if (parsing_bytes_ + size > kMaxParsingBytes) {
    return complain(resource_exhausted("too much of this connection waits to be read already"));
  }
  net::ByteShare share = this->share();
  if (!share.hold(size)) return complain(no_room());
  if (parser_ == nullptr) parser_ = std::make_unique<Strand>(host_->workers(), kMaxParsing);
  const Status status = parser_->post([weak = weak_from_this(), text = std::string(message),
                                       loop = socket_->loop(), share = std::move(share)]() mutable {
    auto made = std::make_unique<Message>(read(text, std::move(share)));
    loop->post([weak, size = text.size(), made = std::move(made)] {
      const auto self = weak.lock();
      if (self == nullptr || self->socket_ == nullptr) return;
      --self->parsing_;
      self->parsing_bytes_ -= size;
      self->handle(std::move(*made));
    });
  });
  if (!status.ok()) return complain(status);
  ++parsing_;
  parsing_bytes_ += size;
}

void JsonConnection::handle(Message message) {
  if (message.parsed.ok()) {
    std::visit(
        [&](auto&& request) {
          if constexpr (std::is_same_v<std::decay_t<decltype(request)>, Ask>) {
            obey(std::move(request), std::move(message.share));
          } else {
            obey(request);
          }
        },
        std::move(*message.parsed));
  } else {
    const Status status = message.parsed.status();
    if (status.code() != ErrorCode::kResourceExhausted) host_->count(TransportCount::kBadMessages);
    complain(status);
  }
  close_when_drained();
}

void JsonConnection::close_when_drained() {
  if (!host_->draining() || requests_ > 0 || parsing_ > 0) return;
  socket_->close(net::kCloseGoingAway, "the server is shutting down");
}

void JsonConnection::obey(Ask&& ask, net::ByteShare share) {
  if (host_->draining()) return complain(unavailable("the server is shutting down"));
  const bool hears = mode_ == Mode::kVoiceToVoice || mode_ == Mode::kVoiceToText;
  if (ask.audio && !hears) {
    return complain(failed_precondition("audio is not taken in the mode " +
                                        std::string(to_string(mode_)) + ": set another"));
  }
  if (requests_ >= kMaxRequests) {
    return complain(resource_exhausted("64 requests of this connection wait already"));
  }
  const auto pending = std::make_shared<Pending>(std::move(share));
  pending->audio = ask.audio.has_value();
  DialogueRequest request;
  request.principal = principal_;
  request.session_id = session_or_own(std::move(ask.session_id));
  request.text = std::move(ask.text);
  if (ask.audio) request.utterance = std::make_unique<Pcm>(std::move(*ask.audio));
  request.executor = socket_->loop();
  const std::string session_id = request.session_id;
  if (ask.stream) {
    request.on_delta = [weak = weak_from_this(), pending, session_id](std::string_view text) {
      const auto self = weak.lock();
      if (self == nullptr || self->socket_ == nullptr) return;
      pending->messages.emplace_back(messages().delta(session_id, text, self->now()));
      self->send_what_is_due(session_id);
    };
  }
  request.on_answer = [weak = weak_from_this(), pending](DialogueAnswer answer) {
    const auto self = weak.lock();
    if (self != nullptr && self->socket_ != nullptr) self->answered(pending, std::move(answer));
  };
  const auto asked = host_->dialogues().ask(std::move(request));
  if (!asked.ok()) return complain(asked.status());
  pending->asked = *asked;
  ++requests_;
  open_[session_id].push_back(pending);
  if (pending->audio) socket_->send_text(messages().audio_ack(session_id, now()));
}

void JsonConnection::obey(const Ping&) { socket_->send_text(messages().pong(now())); }

// Whether it is the connection's own session, in which nothing has been said. Of no other one may
// anybody learn whether it is there.
bool JsonConnection::is_unused(const std::string& session_id, const Status& status) const {
  return session_id == own_session_ && status.code() == ErrorCode::kNotFound;
}

void JsonConnection::obey(const ContextRequest& request) {
  const std::string session_id = session_or_own(request.session_id);
  const Status status = host_->dialogues().context(
      principal_, session_id, socket_->loop(),
      [weak = weak_from_this(), session_id](const std::vector<ContextEntry>& entries) {
        const auto self = weak.lock();
        if (self == nullptr || self->socket_ == nullptr) return;
        self->socket_->send_text(messages().context(session_id, entries, self->now()));
      });
  if (status.ok()) return;
  if (!is_unused(session_id, status)) return complain(status);
  socket_->send_text(messages().context(session_id, {}, now()));
}

void JsonConnection::obey(const ModeRequest& request) {
  mode_ = request.mode;
  socket_->send_text(messages().mode(mode_, now()));
}

void JsonConnection::obey(const Interrupt& interrupt) {
  const std::string session_id = session_or_own(interrupt.session_id);
  const Status status = host_->dialogues().interrupt(principal_, session_id);
  if (!status.ok() && !is_unused(session_id, status)) return complain(status);
  socket_->send_text(messages().interrupted(session_id, now()));
}

// Spoken questions get spoken answers; in text_to_voice typed ones too.
bool JsonConnection::wants_voice(const Pending& pending) const {
  if (pending.answer.reply.empty() || !pending.answer.status.ok()) return false;
  return pending.audio ? mode_ == Mode::kVoiceToVoice : mode_ == Mode::kTextToVoice;
}

void JsonConnection::answered(const PendingPtr& pending, DialogueAnswer answer) {
  pending->answer = std::move(answer);
  pending->share.clear();  // its audio is gone
  if (!wants_voice(*pending)) return respond(pending, {});
  if (Status status = speak(pending); !status.ok()) spoken(pending, status);
}

Status JsonConnection::speak(const PendingPtr& pending) {
  const Result<std::shared_ptr<Agent>> agent = host_->agent(principal_, {});
  if (!agent.ok()) return agent.status();
  SynthesisRequest request;
  request.tts = (*agent)->providers().tts;
  if (request.tts == nullptr) {
    respond(pending, {});
    return Status::success();
  }
  request.executor = socket_->loop();
  request.workers = host_->workers();
  request.logger = host_->logger();
  request.deadline = host_->options().answer_timeout;
  request.text = pending->answer.reply;
  request.voice = (*agent)->options().voice;
  request.language = (*agent)->options().language;
  // The pending request owns its synthesis, which therefore must not own it.
  const std::weak_ptr<Pending> weak_pending = pending;
  request.on_audio = [weak_pending](AudioView audio) {
    if (const auto to = weak_pending.lock()) {
      to->voice_rate = audio.sample_rate;
      append(to->voice, std::as_bytes(audio.samples));
    }
    return true;
  };
  request.on_done = [weak = weak_from_this(), weak_pending](const Status& status) {
    const auto self = weak.lock();
    const auto done = weak_pending.lock();
    if (self != nullptr && self->socket_ != nullptr && done != nullptr) self->spoken(done, status);
  };
  auto synthesis = start_synthesis(std::move(request));
  if (!synthesis.ok()) return synthesis.status();
  pending->synthesis = std::move(*synthesis);
  return Status::success();
}

// The voice is there, or failed.
void JsonConnection::spoken(const PendingPtr& pending, const Status& status) {
  Result<std::string> url = std::string();
  if (status.ok() && !pending->voice.empty()) {
    const auto header =
        make_wav_header(pending->voice_rate, 1, static_cast<std::uint32_t>(pending->voice.size()));
    std::string wav;
    wav.reserve(header.size() + pending->voice.size());
    append(wav, header);
    wav += pending->voice;
    url = host_->keep_clip(principal_, {"audio/wav", std::move(wav)});
  }
  pending->answer.status = status.ok() ? url.status() : status;
  respond(pending, url.ok() ? *url : std::string());
}

void JsonConnection::respond(const PendingPtr& pending, std::string_view voice_url) {
  const DialogueAnswer& answer = pending->answer;
  const Response response{pending->audio,      answer.status,
                          answer.session_id,   answer.transcript,
                          answer.intent.name,  answer.intent.confidence,
                          answer.intent.slots, answer.reply,
                          voice_url,           retry_after(answer.status)};
  pending->messages.emplace_back(messages().response(response, now()));
  pending->done = true;
  --requests_;
  send_what_is_due(answer.session_id);
  close_when_drained();
}

void JsonConnection::send_what_is_due(const std::string& session_id) {
  const auto found = open_.find(session_id);
  if (found == open_.end()) return;
  std::deque<PendingPtr>& queue = found->second;
  while (!queue.empty()) {
    Pending& first = *queue.front();
    for (const std::string& message : first.messages) socket_->send_text(message);
    first.messages.clear();
    if (!first.done) return;
    queue.pop_front();
  }
  open_.erase(found);
}

}  // namespace voiceagent::transports
