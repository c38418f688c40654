#include "sim/record/pcm_code.h"

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "support/catch.h"

using namespace voiceagent;

namespace {

using Samples = std::vector<std::int16_t>;

std::string coded(const Samples& samples) {
  ByteWriter out;
  write_pcm(out, samples);
  return out.take();
}

// How many bytes it took; 0 when it did not read back the same.
std::size_t round_trip(const Samples& samples) {
  const std::string bytes = coded(samples);
  ByteReader in(bytes);
  Samples back;
  read_pcm(in, back);
  return in.ok() && in.at_end() && back == samples ? bytes.size() : 0;
}

Samples tone(std::size_t count, double level) {
  Samples samples(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double t = static_cast<double>(i);
    samples[i] = static_cast<std::int16_t>(level * (std::sin(t / 9) + 0.5 * std::sin(t / 23)));
  }
  return samples;
}

}  // namespace

TEST_CASE("audio of any length reads back sample by sample") {
  for (const std::size_t count : {0U, 1U, 2U, 7U, 320U, 4095U, 4096U, 4097U, 20'000U}) {
    INFO(count);
    CHECK(round_trip(tone(count, 9000)) > 0);
  }
}

TEST_CASE("chance and extremes read back, and hardly grow") {
  std::mt19937 random(3);
  Samples noise(5000);
  for (auto& s : noise) s = static_cast<std::int16_t>(random());
  CHECK(round_trip(noise) > 0);
  CHECK(round_trip(noise) < noise.size() * 2 * 11 / 10);
  Samples square(5000);
  for (std::size_t i = 0; i < square.size(); ++i) square[i] = i % 2 == 0 ? 32'767 : -32'768;
  CHECK(round_trip(square) > 0);
  Samples click(500, 0);
  click[250] = -32'768;
  CHECK(round_trip(click) > 0);
}

TEST_CASE("silence takes next to nothing, tones not much more than half") {
  CHECK(round_trip(Samples(16'000, 0)) < 20);
  CHECK(round_trip(Samples(16'000, -7)) < 20);
  CHECK(round_trip(tone(16'000, 8000)) < 18'000);
}

TEST_CASE("a code that is cut off or makes no sense is refused") {
  const std::string bytes = coded(tone(1000, 9000));
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    const std::string cut = bytes.substr(0, size);
    ByteReader in(cut);
    Samples back;
    read_pcm(in, back);
    CHECK_FALSE(in.ok());
    CHECK(back.empty());
  }
  ByteWriter huge;
  huge.number(std::uint64_t{1} << 40);
  ByteReader in(huge.bytes());
  Samples back;
  read_pcm(in, back);
  CHECK_FALSE(in.ok());
}
