#include "audio/g711.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>

namespace voiceagent {
namespace {

// A code is sign, 3 bits of segment, 4 bits of step: a small floating-point number. mu-law adds a
// bias so that every segment is twice as wide as the one before it; A-law's first two are equal.
// Inverted bits keep the line busy in silence: all of them in mu-law, every other one in A-law.
constexpr unsigned kSign = 0x80;
constexpr unsigned kMuLawInversion = 0xFF;
constexpr unsigned kALawInversion = 0x55;
constexpr unsigned kMuLawBias = 33;         // in the 14 bits that mu-law codes
constexpr unsigned kMuLawLargest = 0x1FFF;  // biased

// The ones' complement gives -32768 a magnitude, and zero one side only.
unsigned magnitude(std::int16_t sample) {
  return static_cast<unsigned>(sample < 0 ? ~sample : sample);
}

constexpr std::int16_t expand_mulaw(unsigned code) {
  code ^= kMuLawInversion;
  const unsigned segment = (code >> 4) & 7;
  const unsigned step = code & 15;
  const int value = static_cast<int>((((2 * step + kMuLawBias) << segment) - kMuLawBias) * 4);
  return static_cast<std::int16_t>((code & kSign) != 0 ? -value : value);
}

constexpr std::int16_t expand_alaw(unsigned code) {
  code ^= kALawInversion;
  const unsigned segment = (code >> 4) & 7;
  const unsigned step = code & 15;
  const unsigned middle = 2 * step + 1;  // of the step, in 13 bits
  const unsigned value = segment == 0 ? middle : (middle + 32) << (segment - 1);
  const int scaled = static_cast<int>(value * 8);
  return static_cast<std::int16_t>((code & kSign) != 0 ? scaled : -scaled);
}

template <class Expand>
constexpr std::array<std::int16_t, 256> table_of(Expand expand) {
  std::array<std::int16_t, 256> table{};
  for (unsigned code = 0; code < table.size(); ++code) table[code] = expand(code);
  return table;
}

constexpr auto kMuLawTable = table_of(expand_mulaw);
constexpr auto kALawTable = table_of(expand_alaw);

}  // namespace

std::uint8_t mulaw_encode(std::int16_t sample) {
  const unsigned biased = std::min((magnitude(sample) >> 2) + kMuLawBias, kMuLawLargest);
  const auto segment = static_cast<unsigned>(std::bit_width(biased >> 6));
  const unsigned step = (biased >> (segment + 1)) & 15;
  const unsigned sign = sample < 0 ? kSign : 0;
  return static_cast<std::uint8_t>((sign | segment << 4 | step) ^ kMuLawInversion);
}

std::int16_t mulaw_decode(std::uint8_t code) { return kMuLawTable[code]; }

std::uint8_t alaw_encode(std::int16_t sample) {
  const unsigned scaled = magnitude(sample) >> 4;
  const auto segment = static_cast<unsigned>(std::bit_width(scaled >> 4));
  const unsigned step = (segment == 0 ? scaled : scaled >> (segment - 1)) & 15;
  const unsigned sign = sample < 0 ? 0 : kSign;
  return static_cast<std::uint8_t>((sign | segment << 4 | step) ^ kALawInversion);
}

std::int16_t alaw_decode(std::uint8_t code) { return kALawTable[code]; }

void g711_encode(G711Law law, std::span<const std::int16_t> samples,
                 std::span<std::uint8_t> codes) {
  assert(samples.size() == codes.size());
  std::transform(samples.begin(), samples.end(), codes.begin(),
                 law == G711Law::kMuLaw ? mulaw_encode : alaw_encode);
}

void g711_decode(G711Law law, std::span<const std::uint8_t> codes,
                 std::span<std::int16_t> samples) {
  assert(codes.size() == samples.size());
  const auto& table = law == G711Law::kMuLaw ? kMuLawTable : kALawTable;
  std::transform(codes.begin(), codes.end(), samples.begin(),
                 [&table](std::uint8_t code) { return table[code]; });
}

}  // namespace voiceagent
