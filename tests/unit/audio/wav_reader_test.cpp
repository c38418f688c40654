#include <cmath>
#include <limits>

#include "audio/g711.h"
#include "support/catch.h"
#include "support/signals.h"
#include "support/wav_bytes.h"
#include "voiceagent/wav.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

WavReader reader_of(std::span<const std::byte> bytes) {
  auto reader = WavReader::from_bytes(bytes, "test.wav");
  INFO(reader.status().message());
  REQUIRE(reader.ok());
  return std::move(*reader);
}

// The whole file, in pieces of a size.
Samples read_all(WavReader& reader, std::size_t piece = 100) {
  Samples all;
  Samples some(piece);
  for (;;) {
    auto count = reader.read_mono(some);
    REQUIRE(count.ok());
    if (*count == 0) return all;
    all.insert(all.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(*count));
  }
}

Samples mono_of(std::span<const std::byte> bytes) {
  auto reader = reader_of(bytes);
  return read_all(reader);
}

template <class T>
Samples mono_of(const WavFields& fields, std::initializer_list<T> values) {
  return mono_of(wav_of(fields, data_of(std::span<const T>(values), fields.bits)));
}

Bytes data16(const Samples& samples) { return data_of(std::span<const std::int16_t>(samples), 16); }

}  // namespace

TEST_CASE("integers of every width are read at 16-bit scale") {
  CHECK(mono_of({.bits = 8}, {0, 127, 128, 129, 255}) == Samples{-32768, -256, 0, 256, 32512});
  CHECK(mono_of({.bits = 16}, {0, 1, -1, 32767, -32768}) == Samples{0, 1, -1, 32767, -32768});
  CHECK(mono_of({.bits = 24}, {0, 256, -256, 8388607, -8388608}) ==
        Samples{0, 1, -1, 32767, -32768});
  CHECK(mono_of<std::int64_t>({.bits = 32}, {0, 65536, -65536, 2147483647, -2147483648}) ==
        Samples{0, 1, -1, 32767, -32768});
}

TEST_CASE("what 16 bits can't hold is rounded") {
  CHECK(mono_of({.bits = 24}, {100, 200, -100, -200}) == Samples{0, 1, 0, -1});
  CHECK(mono_of({.tag = 3, .bits = 32}, {1.6f / 32768, -1.6f / 32768}) == Samples{2, -2});
}

TEST_CASE("floats are clipped to full scale, and what is no number is silence") {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInf = std::numeric_limits<float>::infinity();
  CHECK(mono_of({.tag = 3, .bits = 32}, {0.5f, -1.0f, 1.0f, 7.0f, -7.0f, kNan, kInf, -kInf}) ==
        Samples{16384, -32768, 32767, 32767, -32768, 0, 32767, -32768});
  CHECK(mono_of({.tag = 3, .bits = 64}, {0.25, -1e300, std::nan(""), 1e300}) ==
        Samples{8192, -32768, 0, 32767});
  // Opposite infinities don't make a NaN when they are averaged.
  CHECK(mono_of({.tag = 3, .channels = 2, .bits = 32}, {kInf, -kInf}) == Samples{0});
}

TEST_CASE("companded telephone audio is read") {
  const std::initializer_list<int> codes{0x00, 0x55, 0x80, 0xD5, 0xFF};
  CHECK(mono_of({.tag = 7, .bits = 8}, codes) == Samples{-32124, -716, 32124, 716, 0});
  CHECK(mono_of({.tag = 6, .bits = 8}, codes) ==
        Samples{alaw_decode(0), -8, alaw_decode(0x80), 8, alaw_decode(0xFF)});
}

TEST_CASE("an extensible header says the same as a plain one") {
  const Samples samples = noise(50, 20000);
  const Bytes file = Riff()
                         .chunk("fmt ", extensible_chunk({.channels = 2}))
                         .chunk("data", data16(samples))
                         .bytes();
  auto reader = reader_of(file);
  CHECK(reader.format().channels == 2);
  CHECK(reader.format().frames == 25);
  Samples out(50);
  auto count = reader.read_interleaved(out);
  REQUIRE(count.ok());
  CHECK(*count == 25);
  CHECK(out == samples);
}

TEST_CASE("20-bit samples lie at the top of their 24 bits") {
  const std::vector<int> values{0x123450, -0x123450};
  const auto file =
      wav_of({.bits = 20, .frame_bytes = 3}, data_of(std::span<const int>(values), 24));
  CHECK(mono_of(file) == Samples{0x1234, -0x1234});
  CHECK(reader_of(file).format().bits == 24);
}

TEST_CASE("the format is told before anything is read") {
  const Samples samples = noise(300, 1000);
  const Bytes file = wav_of({.channels = 3, .rate = 44100}, data16(samples));
  const auto reader = reader_of(file);
  CHECK(reader.format().sample_rate == 44100);
  CHECK(reader.format().channels == 3);
  CHECK(reader.format().bits == 16);
  CHECK_FALSE(reader.format().is_float);
  CHECK(reader.format().frames == 100);
  const std::vector<float> zero(2);
  const Bytes floats = wav_of({.tag = 3, .bits = 32}, data_of(std::span<const float>(zero), 32));
  CHECK(reader_of(floats).format().is_float);
}

TEST_CASE("mono is the average of all channels") {
  CHECK(mono_of({.channels = 2}, {32767, 32767, -32768, -32768, 100, 201, -3, 1}) ==
        Samples{32767, -32768, 150, -1});
  Samples wide(64, 500);
  wide[63] = 500 + 640;
  CHECK(mono_of(wav_of({.channels = 64}, data16(wide))) == Samples{510});
}

TEST_CASE("reads of any size give the same samples") {
  const Samples samples = noise(20001, 30000);
  const Bytes file = wav_of({}, data16(samples));
  for (const std::size_t piece : {1, 3, 160, 4096, 4097, 50000}) {
    auto reader = reader_of(file);
    CAPTURE(piece);
    REQUIRE(read_all(reader, piece) == samples);
  }
}

TEST_CASE("a read without room for one frame says so instead of claiming the end") {
  auto reader = reader_of(wav_of({.channels = 2}, data16(Samples(4))));
  Samples one(1);
  CHECK(reader.read_interleaved(one).status().code() == ErrorCode::kInvalidArgument);
  CHECK(*reader.read_interleaved({}) == 0);
}

TEST_CASE("other chunks are skipped, with the padding of the odd ones") {
  const Samples samples = noise(100, 1000);
  const Bytes odd(5);
  const Bytes even(6);
  const Bytes file = Riff()
                         .chunk("LIST", odd)
                         .chunk("fmt ", format_chunk({}))
                         .chunk("fact", even)
                         .chunk("cue ", odd)
                         .chunk("data", data16(samples))
                         .chunk("LIST", odd)
                         .bytes();
  CHECK(mono_of(file) == samples);
}

TEST_CASE("half a frame at the end is left out") {
  Bytes data = data16({1, 2, 3});
  data.push_back({});
  CHECK(mono_of(wav_of({.channels = 2}, data)) == Samples{2});
}

TEST_CASE("a file from a pipe, whose size was never filled in, is read to its end") {
  const Samples samples = noise(1000, 30000);
  for (const std::uint64_t size : {0u, 0xFFFFFFFFu, 0x7FFFF000u, 0x7FFFFFFFu, 0xFFFFFFDBu}) {
    const Bytes file =
        Riff().chunk("fmt ", format_chunk({})).chunk("data", data16(samples), size).bytes();
    CAPTURE(size);
    CHECK(reader_of(file).format().frames == 1000);
    CHECK(mono_of(file) == samples);
  }
}

TEST_CASE("a header with random bytes changed is read or refused, and keeps its word") {
  const Bytes good = Riff()
                         .chunk("LIST", Bytes(7))
                         .chunk("fmt ", extensible_chunk({.channels = 2, .bits = 24}))
                         .chunk("data", Bytes(600))
                         .bytes();
  std::minstd_rand random(11);
  int read = 0;
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    Bytes bytes = good;
    const unsigned changes = 1 + random() % 4;
    for (unsigned i = 0; i < changes; ++i) {
      constexpr unsigned kFavourites[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
      const unsigned value = random() % 2 == 0 ? kFavourites[random() % 5] : random() % 256;
      bytes[random() % 100] = static_cast<std::byte>(value);
    }
    bytes.resize(random() % 8 == 0 ? random() % bytes.size() : bytes.size());
    auto reader = WavReader::from_bytes(bytes, "mutated");
    if (!reader.ok()) {
      ++refused;
      if (reader.status().message().empty()) FAIL("refused without a reason");
      continue;
    }
    ++read;
    const auto frames = static_cast<std::size_t>(reader->format().frames);
    if (frames == 0 || read_all(*reader).size() != frames) FAIL("frames are missing");
  }
  CHECK(read > 1000);
  CHECK(refused > 1000);
}
