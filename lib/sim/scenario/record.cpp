#include "sim/scenario/record.h"

#include "sim/scenario/event_types.h"
#include "voiceagent/event_json.h"

namespace voiceagent::sim {

std::string_view Record::add(const AnyEvent& event) {
  story_.see(event);
  if (is_audio(event.kind())) return {};
  const EventEnvelope& envelope = event.envelope();
  if (event.kind() == EventKind::kTurnMetrics) measured_.insert(envelope.turn);
  writer_.clear();
  write_json(event, writer_);
  events_.push_back(
      {event.kind(), envelope.turn, envelope.time, text_.size(), writer_.text().size()});
  text_ += writer_.text();
  return line(events_.back());
}

}  // namespace voiceagent::sim
