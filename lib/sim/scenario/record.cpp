#include "sim/scenario/record.h"

#include <algorithm>

#include "sim/scenario/event_types.h"
#include "voiceagent/event_json.h"

namespace voiceagent::sim {

std::string_view Record::add(const AnyEvent& event) {
  check(event);
  if (is_audio(event.kind())) return {};
  writer_.clear();
  write_json(event, writer_);
  const EventEnvelope& envelope = event.envelope();
  events_.push_back(
      {event.kind(), envelope.turn, envelope.time, text_.size(), writer_.text().size()});
  text_ += writer_.text();
  return line(events_.back());
}

void Record::check(const AnyEvent& event) {
  const EventEnvelope& envelope = event.envelope();
  const auto breach = [&](std::string what) {
    breaches_.push_back({std::move(what), envelope.time});
  };
  if (closed_) breach("an event came after session_closed");
  closed_ = event.kind() == EventKind::kSessionClosed;
  if (envelope.seq != last_seq_ + 1) breach("the events' sequence numbers have a gap");
  last_seq_ = envelope.seq;
  if (event.kind() == EventKind::kInterrupted) cut_off_.push_back(envelope.turn);
  if (const auto* out = event.as<event::AudioOut>()) {
    if (out->position != sent_) breach("the positions of the output have a gap");
    sent_ = out->position + static_cast<std::int64_t>(out->audio.samples.size());
    if (std::ranges::find(cut_off_, envelope.turn) != cut_off_.end()) {
      breach("audio of turn " + std::to_string(envelope.turn) + " left after its interruption");
    }
  }
}

}  // namespace voiceagent::sim
