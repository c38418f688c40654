#include "sim/record/event_code.h"

#include <vector>

#include "voiceagent/event_json.h"

namespace voiceagent {

std::uint64_t hash_samples(std::span<const std::int16_t> samples) {
  std::uint64_t hash = kHashBegin;
  for (const std::int16_t sample : samples) {
    hash = (hash ^ static_cast<std::uint16_t>(sample)) * 0x100000001B3U;
  }
  return hash;
}

void write_audio_out(ByteWriter& out, const event::AudioOut& event, const EventEnvelope& envelope) {
  out.number(envelope.seq);
  out.number(envelope.turn);
  out.duration(envelope.time);
  out.number(event.audio.samples.size());
  out.number(static_cast<std::uint64_t>(event.audio.sample_rate));
  out.signed_number(event.position);
  out.number(event.span.begin);
  out.number(event.span.end);
  out.hash(hash_samples(event.audio.samples));
}

AudioOutText read_audio_out(ByteReader& in) {
  constexpr std::uint64_t kMostSamples = 1 << 20;
  EventEnvelope envelope;
  event::AudioOut event;
  envelope.seq = in.number();
  envelope.turn = static_cast<TurnId>(in.number());
  envelope.time = in.duration();
  const std::uint64_t count = in.number();
  event.audio.sample_rate = static_cast<int>(in.number());
  event.position = in.signed_number();
  event.span.begin = static_cast<std::size_t>(in.number());
  event.span.end = static_cast<std::size_t>(in.number());
  AudioOutText text;
  text.hash = in.hash();
  if (count > kMostSamples) in.fail();
  if (!in.ok()) return {};
  const std::vector<std::int16_t> samples(static_cast<std::size_t>(count));
  event.audio.samples = samples;
  JsonWriter json;
  write_json(AnyEvent(event, envelope), json);
  text.json = json.text();
  return text;
}

}  // namespace voiceagent
