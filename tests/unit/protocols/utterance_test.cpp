#include "protocols/utterance.h"

#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "audio/wav_header.h"
#include "support/catch.h"

using namespace voiceagent;
using namespace voiceagent::protocols;
using Catch::Matchers::Contains;

namespace {

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

std::string refusal(const std::vector<std::byte>& bytes, const RawAudioFormat& format = {}) {
  const auto audio = decode_utterance(bytes, format);
  REQUIRE_FALSE(audio.ok());
  CHECK(audio.status().code() == ErrorCode::kInvalidArgument);
  return audio.status().message();
}

}  // namespace

TEST_CASE("an utterance without a header is 16-bit samples, little-endian, at 16 kHz") {
  const auto audio = decode_utterance(bytes_of({0x01, 0x00, 0xFF, 0xFF, 0x00, 0x80}), {});
  REQUIRE(audio.ok());
  CHECK(audio->sample_rate == 16'000);
  CHECK(audio->samples == std::vector<std::int16_t>{1, -1, -32768});
}

TEST_CASE("an utterance may be mu-law of any rate") {
  const auto audio = decode_utterance(bytes_of({0xFF, 0x00}), {"mulaw", 8'000});
  REQUIRE(audio.ok());
  CHECK(audio->sample_rate == 8'000);
  CHECK(audio->samples == std::vector<std::int16_t>{0, -32124});
}

TEST_CASE("an utterance that begins like a WAV file is one, whatever else was said") {
  const auto header = make_wav_header(22'050, 2, 8);
  std::vector<std::byte> file(header.begin(), header.end());
  for (const std::byte b : bytes_of({100, 0, 200, 0, 10, 0, 20, 0})) file.push_back(b);
  const auto audio = decode_utterance(file, {"mulaw", 8'000});
  REQUIRE(audio.ok());
  CHECK(audio->sample_rate == 22'050);
  CHECK(audio->samples == std::vector<std::int16_t>{150, 15});
}

TEST_CASE("a file of another format is named, unless its bytes are said to be samples") {
  for (const auto& [head, name] : {std::pair<std::string, std::string>{"OggS", "an Ogg file"},
                                   {"ID3", "an MP3 file"},
                                   {"fLaC", "a FLAC file"},
                                   {"\x1a\x45\xdf\xa3", "a WebM"},
                                   {"1234ftyp", "an MP4"}}) {
    std::vector<std::byte> file(100);
    std::memcpy(file.data(), head.data(), head.size());
    const auto audio = decode_utterance(file, {});
    REQUIRE_FALSE(audio.ok());
    CHECK(audio.status().code() == ErrorCode::kUnsupported);
    CHECK_THAT(audio.status().message(), Contains(name) && Contains("WAV") && Contains("s16le"));
    CHECK(decode_utterance(file, {"s16le", 16'000}).ok());
    CHECK(decode_utterance(file, {"mulaw", 8'000}).ok());
  }
  // A frame of MPEG begins with what a quiet sample may be.
  CHECK(decode_utterance(bytes_of({0xFF, 0xFB, 0x90, 0x64}), {}).ok());
}

TEST_CASE("an utterance that can't be audio is refused with what is wrong") {
  CHECK_THAT(refusal({}), Contains("empty"));
  CHECK_THAT(refusal(bytes_of({1, 2, 3})), Contains("3 bytes"));
  CHECK_THAT(refusal(bytes_of({1, 2}), {"s16le", 1'000}), Contains("1000") && Contains("4000"));
  CHECK_THAT(refusal(bytes_of({1, 2}), {"flac", 16'000}), Contains("'flac'") && Contains("mulaw"));
  CHECK_THAT(refusal(bytes_of({'R', 'I', 'F', 'F', 1})), Contains("WAV"));
}
