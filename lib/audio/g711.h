// ITU-T G.711: 16-bit samples as 8-bit mu-law or A-law bytes, and back.
#pragma once

#include <cstdint>
#include <span>

namespace voiceagent {

enum class G711Law { kMuLaw, kALaw };  // North America and Japan; the rest of the world

// One sample; of two equally near levels, encoding takes what ITU-T G.191 takes. Any thread.
std::uint8_t mulaw_encode(std::int16_t sample);
std::int16_t mulaw_decode(std::uint8_t code);
std::uint8_t alaw_encode(std::int16_t sample);
std::int16_t alaw_decode(std::uint8_t code);

// A block of them. REQUIRES: both spans have the same size.
void g711_encode(G711Law law, std::span<const std::int16_t> samples, std::span<std::uint8_t> codes);
void g711_decode(G711Law law, std::span<const std::uint8_t> codes, std::span<std::int16_t> samples);

}  // namespace voiceagent
