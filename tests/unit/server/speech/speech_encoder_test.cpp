#include "server/speech/speech_encoder.h"

#include <string>
#include <vector>

#include "support/catch.h"
#include "voiceagent/wav.h"

using namespace voiceagent;
using namespace voiceagent::server;

namespace {

const std::vector<std::int16_t> kSamples{1, -2, 300};

}  // namespace

TEST_CASE("raw speech is its samples, little-endian") {
  auto encoder = SpeechEncoder::create(SpeechFormat::kPcm, 22'050);
  REQUIRE(encoder.ok());
  CHECK((*encoder)->content_type() == "audio/pcm; rate=22050; channels=1");
  CHECK(*(*encoder)->append(kSamples) == std::string("\x01\x00\xFE\xFF\x2C\x01", 6));
  CHECK((*encoder)->finish()->empty());
}

TEST_CASE("a WAV stream begins with a header that leaves its length open") {
  auto encoder = SpeechEncoder::create(SpeechFormat::kWav, 16'000);
  REQUIRE(encoder.ok());
  CHECK((*encoder)->content_type() == "audio/wav");
  const std::string first = *(*encoder)->append(kSamples);
  CHECK(first.size() == 44 + 6);
  CHECK(first.starts_with("RIFF\xFF\xFF\xFF\xFF"));
  CHECK((*encoder)->append(kSamples)->size() == 6);
}

TEST_CASE("a WAV file is one that the reader reads") {
  const std::string file = wav_file(kSamples, 8'000);
  auto reader = WavReader::from_bytes(std::as_bytes(std::span(file)), "speech");
  REQUIRE(reader.ok());
  CHECK(reader->format().sample_rate == 8'000);
  std::vector<std::int16_t> samples(10);
  CHECK(*reader->read_mono(samples) == 3);
  CHECK(samples[2] == 300);
}

#if VOICEAGENT_WITH_OGG_OPUS
TEST_CASE("Ogg Opus comes in pages, with a type that players know") {
  auto encoder = SpeechEncoder::create(SpeechFormat::kOpus, 16'000);
  REQUIRE(encoder.ok());
  CHECK((*encoder)->content_type() == "audio/ogg; codecs=opus");
  std::string file = *(*encoder)->append(std::vector<std::int16_t>(16'000));
  file += *(*encoder)->finish();
  CHECK(file.starts_with("OggS"));
}
#endif

TEST_CASE("formats have their names") {
  CHECK(speech_format("wav") == SpeechFormat::kWav);
  CHECK(speech_format("opus") == SpeechFormat::kOpus);
  CHECK_FALSE(speech_format("mp3").has_value());
}
