#include "protocols/stream/audio_codec.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "protocols/stream/audio_header.h"
#include "support/alloc_counter.h"
#include "support/catch.h"

namespace voiceagent::protocols::stream {
namespace {

std::vector<std::int16_t> tone(std::size_t samples, int rate) {
  std::vector<std::int16_t> out(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    out[i] = static_cast<std::int16_t>(
        8'000 * std::sin(2 * 3.14159265 * 440 * static_cast<double>(i) / rate));
  }
  return out;
}

struct Message {
  std::int64_t position;
  std::vector<std::byte> bytes;
};

std::vector<Message> encoded(AudioEncoder& encoder, std::int64_t position,
                             std::span<const std::int16_t> samples) {
  std::vector<Message> messages;
  encoder.encode(position, samples, [&](std::int64_t at, std::span<const std::byte> bytes) {
    messages.push_back({at, {bytes.begin(), bytes.end()}});
  });
  return messages;
}

std::vector<std::int16_t> decoded(AudioDecoder& decoder, std::span<const std::byte> bytes) {
  std::vector<std::int16_t> samples;
  const Status status = decoder.decode(bytes, [&](AudioView audio) {
    CHECK(audio.sample_rate == decoder.format().sample_rate);
    samples.insert(samples.end(), audio.samples.begin(), audio.samples.end());
    return Status::success();
  });
  CHECK(status.ok());
  return samples;
}

}  // namespace

TEST_CASE("stream audio: s16le is the samples, in little-endian order") {
  auto encoder = AudioEncoder::create({Encoding::kS16le, 16'000});
  const std::int16_t samples[] = {0x0102, -2};
  const auto messages = encoded(*encoder, 7, samples);
  REQUIRE(messages.size() == 1);
  CHECK(messages[0].position == 7);
  CHECK(messages[0].bytes ==
        std::vector<std::byte>{std::byte{2}, std::byte{1}, std::byte{0xFE}, std::byte{0xFF}});
}

TEST_CASE("stream audio: what is encoded comes back, in messages of any length") {
  for (const Encoding encoding : {Encoding::kS16le, Encoding::kMulaw}) {
    const AudioFormat format{encoding, 8'000};
    auto encoder = AudioEncoder::create(format);
    auto decoder = AudioDecoder::create(format);
    const auto samples = tone(10'001, 8'000);
    std::vector<std::byte> bytes;
    std::int64_t position = 100;
    for (const Message& message : encoded(*encoder, position, samples)) {
      CHECK(message.position == position);
      position +=
          static_cast<std::int64_t>(message.bytes.size()) / (encoding == Encoding::kS16le ? 2 : 1);
      bytes.insert(bytes.end(), message.bytes.begin(), message.bytes.end());
    }
    bytes.insert(bytes.begin(), std::byte{0});  // at an odd address
    const auto back = decoded(*decoder, std::span(bytes).subspan(1));
    REQUIRE(back.size() == samples.size());
    int worst = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      worst = std::max(worst, std::abs(back[i] - samples[i]));
    }
    CHECK(worst <= (encoding == Encoding::kS16le ? 0 : 300));
  }
}

#if VOICEAGENT_WITH_OPUS

TEST_CASE("stream audio: Opus makes packets of 20 ms, whatever the pieces, with their positions") {
  const AudioFormat format{Encoding::kOpus, 48'000};
  auto encoder = AudioEncoder::create(format);
  auto decoder = AudioDecoder::create(format);
  const auto samples = tone(960 * 5 + 100, 48'000);
  std::vector<Message> messages;
  std::int64_t position = 0;
  for (std::span<const std::int16_t> rest = samples; !rest.empty();) {
    const auto next = rest.first(std::min<std::size_t>(700, rest.size()));
    for (Message& message : encoded(*encoder, position, next)) messages.push_back(message);
    position += static_cast<std::int64_t>(next.size());
    rest = rest.subspan(next.size());
  }
  REQUIRE(messages.size() == 5);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    CHECK(messages[i].position == static_cast<std::int64_t>(960 * i));
    CHECK(decoded(*decoder, messages[i].bytes).size() == 960);
  }
  CHECK(encoder->has_pending());
  int finished = 0;
  encoder->finish([&](std::int64_t at, std::span<const std::byte>) {
    CHECK(at == 960 * 5);
    ++finished;
  });
  CHECK(finished == 1);
  CHECK_FALSE(encoder->has_pending());
}

TEST_CASE("stream audio: what was flushed doesn't come with the next packet") {
  auto encoder = AudioEncoder::create({Encoding::kOpus, 16'000});
  CHECK(encoded(*encoder, 0, tone(100, 16'000)).empty());
  encoder->drop_pending();
  const auto messages = encoded(*encoder, 500, tone(320, 16'000));
  REQUIRE(messages.size() == 1);
  CHECK(messages[0].position == 500);
}

#endif

TEST_CASE("stream audio: messages that can't be audio are refused with the reason") {
  const auto refusal = [](AudioFormat format, std::vector<std::byte> bytes) {
    auto decoder = AudioDecoder::create(format);
    const Status status = decoder->decode(bytes, [](AudioView) { return Status::success(); });
    CHECK(status.code() == ErrorCode::kInvalidArgument);
    return status.message();
  };
  const std::vector<std::byte> three(3, std::byte{0xFF});
  CHECK(refusal({Encoding::kS16le, 16'000}, three) ==
        "an audio message of 3 bytes: samples of s16le have 2 each");
  CHECK(refusal({Encoding::kS16le, 16'000}, {}) == "an audio message is empty");
  CHECK(refusal({Encoding::kMulaw, 8'000}, {}) == "an audio message is empty");
#if VOICEAGENT_WITH_OPUS
  CHECK(refusal({Encoding::kOpus, 16'000}, {}) == "an audio message is empty");
  CHECK(refusal({Encoding::kOpus, 16'000}, three) ==
        "an audio message of 3 bytes is no Opus packet");
#endif
}

TEST_CASE("stream audio: nothing is allocated for a frame") {
  std::vector<AudioFormat> formats{{Encoding::kS16le, 16'000}, {Encoding::kMulaw, 8'000}};
#if VOICEAGENT_WITH_OPUS
  formats.push_back({Encoding::kOpus, 16'000});
#endif
  for (const AudioFormat format : formats) {
    auto encoder = AudioEncoder::create(format);
    auto decoder = AudioDecoder::create(format);
    const auto samples = tone(static_cast<std::size_t>(format.sample_rate / 50), 16'000);
    std::size_t heard = 0;
    std::uint64_t before = 0;
    for (int i = 0; i < 50; ++i) {
      if (i == 1) before = test::allocations();
      encoder->encode(0, samples, [&](std::int64_t, std::span<const std::byte> bytes) {
        (void)decoder->decode(bytes, [&](AudioView audio) {
          heard += audio.samples.size();
          return Status::success();
        });
      });
    }
    const std::uint64_t allocated = test::allocations() - before;
    CHECK(allocated == 0);
    CHECK(heard == 50 * samples.size());
  }
}

TEST_CASE("stream audio: the header is two little-endian numbers") {
  const AudioHeaderBytes bytes = write_header({0x01020304, 0xFFFFFFFE});
  CHECK(bytes[0] == std::byte{4});
  CHECK(bytes[7] == std::byte{0xFF});
  CHECK(read_header(bytes).generation == 0x01020304);
  CHECK(read_header(bytes).position == 0xFFFFFFFE);
}

TEST_CASE("stream audio: reported positions are told apart past 2^32") {
  constexpr std::int64_t kWrap = std::int64_t{1} << 32;
  CHECK(unwrap_position(0, 0) == 0);
  CHECK(unwrap_position(1'000, 5'000) == 1'000);
  CHECK(unwrap_position(0xFFFFFF00, kWrap + 50) == kWrap - 256);
  CHECK(unwrap_position(20, kWrap + 50) == kWrap + 20);
  CHECK(unwrap_position(20, 3 * kWrap + 50) == 3 * kWrap + 20);
  CHECK(unwrap_position(70, 50) == 70);         // beyond what was sent: the session's to judge
  CHECK(unwrap_position(0xFFFFFFFF, 50) == 0);  // before the beginning
}

}  // namespace voiceagent::protocols::stream
