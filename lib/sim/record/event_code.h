// AudioOut events in few bytes: fifty come in a second.
#pragma once

#include <string>

#include "sim/record/byte_code.h"
#include "voiceagent/events.h"

namespace voiceagent {

// Appends the event's envelope, its fields, and a hash in place of its samples.
void write_audio_out(ByteWriter& out, const event::AudioOut& event, const EventEnvelope& envelope);

// The same event as JSON, as write_json() has it, and the hash; fails on damage.
struct AudioOutText {
  std::string json;
  std::uint64_t hash = 0;
};
AudioOutText read_audio_out(ByteReader& in);

std::uint64_t hash_samples(std::span<const std::int16_t> samples);

}  // namespace voiceagent
