#include "audio/g711.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "support/catch.h"
#include "support/signals.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

struct Law {
  const char* name;
  G711Law law;
  std::uint8_t (*encode)(std::int16_t);
  std::int16_t (*decode)(std::uint8_t);
};
constexpr Law kLaws[] = {{"mu-law", G711Law::kMuLaw, mulaw_encode, mulaw_decode},
                         {"A-law", G711Law::kALaw, alaw_encode, alaw_decode}};

constexpr int kLowest = std::numeric_limits<std::int16_t>::min();
constexpr int kHighest = std::numeric_limits<std::int16_t>::max();

// How far apart the levels of a code's segment are.
int step_of(const Law& law, unsigned code) {
  const bool mulaw = law.law == G711Law::kMuLaw;
  const unsigned segment = (code ^ (mulaw ? 0xFF : 0x55)) >> 4 & 7;
  if (mulaw) return 8 << segment;
  return 16 << (segment == 0 ? 0 : segment - 1);
}

}  // namespace

TEST_CASE("mu-law codes stand for the levels of G.711 table 2") {
  constexpr std::pair<int, int> kLevels[] = {
      {0xFF, 0},    {0xFE, 8},    {0xF0, 120},  {0xEF, 132},   {0xE0, 372},   {0xD0, 876},
      {0xC0, 1884}, {0xB0, 3900}, {0xA0, 7932}, {0x90, 15996}, {0x80, 32124}, {0x7F, 0},
      {0x7E, -8},   {0x70, -120}, {0x6F, -132}, {0x00, -32124}};
  for (const auto& [code, level] : kLevels) {
    CAPTURE(code);
    CHECK(mulaw_decode(static_cast<std::uint8_t>(code)) == level);
  }
}

TEST_CASE("A-law codes stand for the levels of G.711 table 1") {
  constexpr std::pair<int, int> kLevels[] = {
      {0xD5, 8},     {0xD4, 24},   {0xC5, 264},  {0xDA, 248},   {0xF5, 528},
      {0xE5, 1056},  {0x95, 2112}, {0x85, 4224}, {0xB5, 8448},  {0xA5, 16896},
      {0xAA, 32256}, {0x55, -8},   {0x54, -24},  {0x2A, -32256}};
  for (const auto& [code, level] : kLevels) {
    CAPTURE(code);
    CHECK(alaw_decode(static_cast<std::uint8_t>(code)) == level);
  }
}

TEST_CASE("every sample comes back within half a step, and in order") {
  for (const Law& law : kLaws) {
    int far = 0;
    int disordered = 0;
    int previous = law.decode(law.encode(static_cast<std::int16_t>(kLowest)));
    for (int sample = kLowest; sample <= kHighest; ++sample) {
      const std::uint8_t code = law.encode(static_cast<std::int16_t>(sample));
      const int level = law.decode(code);
      // Beyond the last level there is nothing but clipping.
      const int clipped = std::clamp(sample, -32635, 32635);
      if (2 * std::abs(level - clipped) > step_of(law, code)) ++far;
      if (level < previous) ++disordered;
      previous = level;
    }
    CAPTURE(law.name);
    CHECK(far == 0);
    CHECK(disordered == 0);
  }
}

TEST_CASE("a decoded code is coded the same again") {
  for (const Law& law : kLaws) {
    for (int code = 0; code < 256; ++code) {
      const std::int16_t level = law.decode(static_cast<std::uint8_t>(code));
      CAPTURE(law.name, code);
      CHECK(law.decode(law.encode(level)) == level);
      // mu-law alone has two zeros.
      if (level != 0) CHECK(law.encode(level) == code);
    }
  }
}

TEST_CASE("zero has the code that a silent line carries") {
  CHECK(mulaw_encode(0) == 0xFF);
  CHECK(alaw_encode(0) == 0xD5);
}

TEST_CASE("blocks are coded like single samples, with the signal well above the noise") {
  const Samples in = voice_like(8000, 8000);
  for (const Law& law : kLaws) {
    std::vector<std::uint8_t> codes(in.size());
    Samples out(in.size());
    g711_encode(law.law, in, codes);
    g711_decode(law.law, codes, out);
    CAPTURE(law.name);
    CHECK(codes[1234] == law.encode(in[1234]));
    CHECK(out[1234] == law.decode(codes[1234]));
    CHECK(snr_db(in, out) > 35);
  }
}
