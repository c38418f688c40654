#include "protocols/stream/server_message.h"

#include <chrono>
#include <type_traits>

#include "voiceagent/event_json.h"

namespace voiceagent::protocols::stream {
namespace {

constexpr int kVersion = 1;
constexpr int kDecimals = 3;

void milliseconds(JsonWriter& w, std::string_view name, Duration d) {
  w.key(name);
  if (d < Duration(0)) {
    w.null();
  } else {
    w.number(to_ms(d), kDecimals);
  }
}

void write_slots(JsonWriter& w, std::span<const Slot> slots) {
  w.key("slots").begin_object();
  for (const Slot& slot : slots) w.field(slot.name, slot.value);
  w.end_object();
}

// Each writes `type` and the fields of the event that has that message.
void write(JsonWriter& w, const event::TranscriptPartial& e) {
  w.field("type", "transcript").field("text", e.text).field("final", false);
}
void write(JsonWriter& w, const event::TranscriptFinal& e) {
  w.field("type", "transcript").field("text", e.text).field("final", true);
}
void write(JsonWriter& w, const event::TurnEnded& e) {
  w.field("type", "turn").field("text", e.text).field("reason", to_string(e.reason));
  milliseconds(w, "endpointing_ms", e.endpointing);
}
void write(JsonWriter& w, const event::TurnDropped& e) {
  w.field("type", "turn_dropped").field("text", e.text);
}
void write(JsonWriter& w, const event::IntentRecognised& e) {
  w.field("type", "intent").field("name", e.name);
  w.key("confidence").number(static_cast<double>(e.confidence), kDecimals);
  write_slots(w, e.slots);
}
void write(JsonWriter& w, const event::ReplyDelta& e) {
  w.field("type", "reply").field("text", e.text).field("delta", true);
}
void write(JsonWriter& w, const event::ReplyDone& e) {
  w.field("type", "reply").field("text", e.text).field("delta", false).field("final", true);
}
void write(JsonWriter& w, const event::PlaybackStarted&) {
  w.field("type", "speaking").field("state", "started");
}
void write(JsonWriter& w, const event::PlaybackFinished& e) {
  w.field("type", "speaking").field("state", "finished").field("heard", e.heard);
}
void write(JsonWriter& w, const event::PlaybackPaused&) {
  w.field("type", "speaking").field("state", "paused");
}
void write(JsonWriter& w, const event::PlaybackResumed&) {
  w.field("type", "speaking").field("state", "resumed");
}
void write(JsonWriter& w, const event::PlaybackProgress& e) {
  w.field("type", "heard").field("text", e.heard);
}
void write(JsonWriter& w, const event::SpeechStarted&) {
  w.field("type", "user_speaking").field("state", "started");
}
void write(JsonWriter& w, const event::SpeechStopped&) {
  w.field("type", "user_speaking").field("state", "stopped");
}
void write(JsonWriter& w, const event::Interrupted& e) {
  w.field("type", "interrupted").field("heard", e.heard);
}
void write(JsonWriter& w, const event::ModeChanged& e) {
  w.field("type", "mode").field("mode", to_string(e.mode));
}
void write(JsonWriter& w, const event::Warning& e) {
  w.field("type", "warning").field("message", e.message).field("stage", to_string(e.stage));
}
void write(JsonWriter& w, const event::Error& e) {
  w.field("type", "error").field("code", to_string(e.code)).field("message", e.message);
  w.field("stage", to_string(e.stage)).field("retryable", e.retryable);
}
void write(JsonWriter& w, const event::TurnMetrics& e) {
  w.field("type", "metrics");
  event::TurnMetrics::fields(e, [&w]<class T>(std::string_view name, const T& value) {
    if constexpr (std::is_same_v<T, Duration>) {
      milliseconds(w, name, value);
    } else {
      w.field(name, value);
    }
  });
}

template <class E>
concept HasMessage = requires(JsonWriter& w, const E& e) {
  write(w, e);
};

// What the connection says in its own way, or not at all.
template <class E>
constexpr bool kSilent =
    std::is_same_v<E, event::AudioIn> || std::is_same_v<E, event::AudioOut> ||
    std::is_same_v<E, event::OutputFlushed> || std::is_same_v<E, event::SessionOpened> ||
    std::is_same_v<E, event::SessionClosed>;

template <class E>
bool is_wanted(const EventSelection& wanted) {
  if constexpr (std::is_same_v<E, event::TranscriptPartial>) return wanted.partial;
  if constexpr (std::is_same_v<E, event::TurnMetrics>) return wanted.metrics;
  return true;
}

}  // namespace

JsonWriter& ServerMessages::begin(std::string_view type) {
  writer_.clear();
  return writer_.begin_object().field("type", type);
}

std::string_view ServerMessages::end() { return writer_.end_object().text(); }

void ServerMessages::write_id(const MessageId& id) {
  if (id.text) writer_.field("id", std::string_view(*id.text));
  if (id.number) writer_.field("id", *id.number);
}

void ServerMessages::write_entries(std::span<const ContextEntry> entries) {
  writer_.begin_array();
  for (const ContextEntry& entry : entries) {
    writer_.begin_object().field("role", to_string(entry.role));
    writer_.field("text", std::string_view(entry.text)).field("interrupted", entry.interrupted);
    writer_.field("turn", std::uint64_t{entry.turn}).end_object();
  }
  writer_.end_array();
}

void ServerMessages::write_format(std::string_view name, const AudioFormat& format) {
  writer_.key(name).begin_object().field("encoding", to_string(format.encoding));
  writer_.field("sample_rate", format.sample_rate).end_object();
}

std::string_view ServerMessages::started(const Started& started) {
  begin("started").field("session_id", started.session_id).field("resumed", started.resumed);
  writer_.field("version", kVersion).field("mode", to_string(started.mode));
  write_format("input", started.input);
  write_format("output", started.output);
  writer_.key("transport").begin_object().field("name", started.transport);
  writer_.field("reason", started.reason);
  if (!started.notice.empty()) writer_.field("notice", started.notice);
  writer_.end_object().key("context");
  write_entries(started.context);
  return end();
}

std::string_view ServerMessages::event(const AnyEvent& event, const EventSelection& wanted) {
  writer_.clear();
  bool written = false;
  event.visit([&]<class E>(const E& e) {
    if constexpr (HasMessage<E>) {
      if (!is_wanted<E>(wanted)) return;
      writer_.begin_object();
      write(writer_, e);
      writer_.field("turn", std::uint64_t{event.envelope().turn});
      milliseconds(writer_, "time_ms", event.envelope().time);
      written = true;
    } else if constexpr (!kSilent<E>) {
      if (!wanted.others) return;
      writer_.begin_object().field("type", "event").key("event");
      write_json(event, writer_);
      written = true;
    }
  });
  return written ? end() : std::string_view();
}

std::string_view ServerMessages::flush(std::uint32_t generation, std::uint32_t position,
                                       Duration time) {
  begin("flush").field("generation", std::uint64_t{generation});
  writer_.field("position", std::uint64_t{position});
  milliseconds(writer_, "time_ms", time);
  return end();
}

std::string_view ServerMessages::context(const MessageId& id,
                                         std::span<const ContextEntry> entries) {
  begin("context");
  write_id(id);
  writer_.key("entries");
  write_entries(entries);
  return end();
}

std::string_view ServerMessages::pong(const MessageId& id) {
  begin("pong");
  write_id(id);
  return end();
}

std::string_view ServerMessages::warning(std::string_view message) {
  begin("warning").field("message", message);
  return end();
}

std::string_view ServerMessages::error(const Status& status, std::optional<Duration> retry_after) {
  begin("error").field("code", to_string(status.code()));
  writer_.field("message", std::string_view(status.message()));
  writer_.field("stage", to_string(Stage::kSession));
  writer_.field("retryable", is_retryable(status.code()));
  if (retry_after) {
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(*retry_after).count();
    writer_.field("retry_after_ms", std::int64_t{ms});
  }
  return end();
}

std::string_view ServerMessages::closed(CloseReason reason) {
  begin("closed").field("reason", to_string(reason));
  return end();
}

}  // namespace voiceagent::protocols::stream
