#include "audio/wav_sample.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "audio/g711.h"
#include "audio/little_endian.h"

namespace voiceagent {
namespace {

// WAV's bytes are unsigned, all wider samples signed.
double decode_u8(const std::byte* bytes) { return (std::to_integer<int>(bytes[0]) - 128) * 256.0; }

double decode_s16(const std::byte* bytes) {
  return static_cast<std::int16_t>(load_le<std::uint16_t>(bytes));
}

double decode_s24(const std::byte* bytes) {
  const std::uint32_t high = load_le<std::uint16_t>(bytes + 1);
  const std::uint32_t value = high << 16 | std::to_integer<std::uint32_t>(bytes[0]) << 8;
  return static_cast<std::int32_t>(value) / 65536.0;
}

double decode_s32(const std::byte* bytes) {
  return static_cast<std::int32_t>(load_le<std::uint32_t>(bytes)) / 65536.0;
}

// Keeps infinities from turning into NaN when channels are added up.
double tamed(double value) {
  constexpr double kLimit = std::numeric_limits<std::int32_t>::max();
  return std::isnan(value) ? 0 : std::clamp(value * 32768, -kLimit, kLimit);
}

double decode_f32(const std::byte* bytes) {
  return tamed(std::bit_cast<float>(load_le<std::uint32_t>(bytes)));
}

double decode_f64(const std::byte* bytes) {
  return tamed(std::bit_cast<double>(load_le<std::uint64_t>(bytes)));
}

double decode_alaw(const std::byte* bytes) {
  return alaw_decode(std::to_integer<std::uint8_t>(bytes[0]));
}

double decode_mulaw(const std::byte* bytes) {
  return mulaw_decode(std::to_integer<std::uint8_t>(bytes[0]));
}

struct Known {
  std::uint16_t format_tag;
  std::size_t sample_bytes;
  DecodeSample decode;
};

constexpr Known kKnown[] = {
    {kWavPcm, 1, decode_u8},    {kWavPcm, 2, decode_s16},     {kWavPcm, 3, decode_s24},
    {kWavPcm, 4, decode_s32},   {kWavFloat, 4, decode_f32},   {kWavFloat, 8, decode_f64},
    {kWavALaw, 1, decode_alaw}, {kWavMuLaw, 1, decode_mulaw},
};

}  // namespace

DecodeSample wav_sample_decoder(std::uint16_t format_tag, std::size_t sample_bytes) {
  for (const Known& known : kKnown) {
    if (known.format_tag == format_tag && known.sample_bytes == sample_bytes) return known.decode;
  }
  return nullptr;
}

}  // namespace voiceagent
