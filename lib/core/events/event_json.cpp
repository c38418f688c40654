#include "voiceagent/event_json.h"

#include <type_traits>

namespace voiceagent {
namespace {

constexpr int kMillisecondDecimals = 3;

void write_duration(JsonWriter& w, Duration d) {
  if (d < Duration(0)) {
    w.null();
  } else {
    w.number(to_ms(d), kMillisecondDecimals);
  }
}

void write_value(JsonWriter& w, std::string_view text) { w.value(text); }
void write_value(JsonWriter& w, Duration d) { write_duration(w, d); }
void write_value(JsonWriter& w, float v) { w.number(v, 3); }
void write_value(JsonWriter& w, bool v) { w.value(v); }

template <class T>
  requires std::is_enum_v<T>
void write_value(JsonWriter& w, T v) { w.value(to_string(v)); }

template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
void write_value(JsonWriter& w, T v) { w.value(static_cast<std::int64_t>(v)); }

void write_value(JsonWriter& w, TextSpan span) {
  w.begin_array();
  w.value(static_cast<std::uint64_t>(span.begin)).value(static_cast<std::uint64_t>(span.end));
  w.end_array();
}

void write_value(JsonWriter& w, const AudioView& audio) {
  w.begin_object();
  w.field("samples", static_cast<std::uint64_t>(audio.samples.size()));
  w.field("rate", audio.sample_rate);
  w.end_object();
}

void write_value(JsonWriter& w, std::span<const Word> words) {
  w.begin_array();
  for (const Word& word : words) {
    w.begin_object().field("word", word.text).key("start_ms");
    write_duration(w, word.start);
    w.key("end_ms");
    write_duration(w, word.end);
    w.key("confidence").number(word.confidence, 3).end_object();
  }
  w.end_array();
}

void write_value(JsonWriter& w, std::span<const Slot> slots) {
  w.begin_object();
  for (const Slot& slot : slots) w.field(slot.name, slot.value);
  w.end_object();
}

}  // namespace

void write_json(const AnyEvent& event, JsonWriter& writer) {
  const EventEnvelope& envelope = event.envelope();
  writer.begin_object();
  writer.field("seq", envelope.seq);
  writer.key("t_ms").number(to_ms(envelope.time), kMillisecondDecimals);
  writer.field("turn", static_cast<std::uint64_t>(envelope.turn));
  event.visit([&writer]<class E>(const E& e) {
    writer.field("type", E::kName);
    E::fields(e, [&writer](std::string_view name, const auto& field) {
      writer.key(name);
      write_value(writer, field);
    });
  });
  writer.end_object();
}

}  // namespace voiceagent
