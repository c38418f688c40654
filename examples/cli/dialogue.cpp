#include "dialogue.h"

#include <cstdio>

#include "waterfall.h"

namespace cli {

namespace va = voiceagent;
namespace event = voiceagent::event;

template <class... Events>
void Dialogue::subscribe(va::Session& session) {
  (subscriptions_.push_back(session.events().subscribe<Events>(
       [this](const Events& event, const va::EventEnvelope& envelope) { on(event, envelope); })),
   ...);
}

Dialogue::Dialogue(va::Session& session, bool print) : print_(print) {
  subscribe<event::TurnEnded, event::Interrupted, event::PlaybackFinished, event::TurnMetrics,
            event::PlaybackProgress, event::PlaybackPaused, event::PlaybackResumed, event::Error,
            event::Warning>(session);
}

void Dialogue::on(const event::TurnEnded& event, const va::EventEnvelope& envelope) {
  turns_[envelope.turn].user = event.text;
  line(envelope.time, "user", event.text);
}

void Dialogue::on(const event::PlaybackProgress& event, const va::EventEnvelope& envelope) {
  turns_[envelope.turn].reply = event.heard;
}

void Dialogue::on(const event::PlaybackFinished& event, const va::EventEnvelope& envelope) {
  turns_[envelope.turn].reply = event.heard;
  line(envelope.time, "agent", event.heard);
}

void Dialogue::on(const event::Interrupted& event, const va::EventEnvelope& envelope) {
  DialogueTurn& turn = turns_[envelope.turn];
  turn.reply = event.heard;
  turn.interrupted = true;
  const std::string heard(event.heard);
  line(envelope.time, "agent", heard + (heard.empty() ? "(interrupted)" : " -- (interrupted)"));
}

void Dialogue::on(const event::TurnMetrics& event, const va::EventEnvelope& envelope) {
  turns_[envelope.turn].metrics = event;
  if (print_) std::fputs(draw_waterfall(event).c_str(), stdout);
}

void Dialogue::on(const event::PlaybackPaused&, const va::EventEnvelope& envelope) {
  line(envelope.time, "agent", "(pauses: the user may be interrupting)");
}

void Dialogue::on(const event::PlaybackResumed&, const va::EventEnvelope& envelope) {
  line(envelope.time, "agent", "(goes on)");
}

void Dialogue::on(const event::Error& event, const va::EventEnvelope& envelope) {
  errors_.emplace_back(event.message);
  line(envelope.time, "error", event.message);
}

void Dialogue::on(const event::Warning& event, const va::EventEnvelope& envelope) {
  line(envelope.time, "warning", event.message);
}

void Dialogue::line(va::Duration time, std::string_view who, std::string_view text) const {
  if (!print_) return;
  const double seconds = va::to_ms(time) / 1e3;
  std::printf("[%7.2f] %-7.*s %.*s\n", seconds, static_cast<int>(who.size()), who.data(),
              static_cast<int>(text.size()), text.data());
  std::fflush(stdout);
}

namespace {

void write_latency(va::JsonWriter& json, std::string_view name, va::Duration duration) {
  json.key(name);
  if (duration < va::Duration(0)) {
    json.null();
  } else {
    json.number(va::to_ms(duration), 3);
  }
}

}  // namespace

void Dialogue::write_turns(va::JsonWriter& json) const {
  json.begin_array();
  for (const auto& [id, turn] : turns_) {
    if (turn.user.empty() && turn.reply.empty()) continue;  // a greeting that nobody heard
    const event::TurnMetrics metrics = turn.metrics.value_or(event::TurnMetrics());
    json.begin_object();
    json.field("user", turn.user).field("reply", turn.reply);
    json.field("interrupted", turn.interrupted);
    json.key("latency_ms").begin_object();
    write_latency(json, "endpointing", metrics.endpointing);
    write_latency(json, "stt_final", metrics.stt_final);
    write_latency(json, "llm_first_token", metrics.llm_first_token);
    write_latency(json, "tts_first_audio", metrics.tts_first_audio);
    write_latency(json, "response", metrics.response);
    json.end_object().end_object();
  }
  json.end_array();
}

}  // namespace cli
