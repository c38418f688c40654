#include "audio/opus_codec.h"

#include <functional>

#include "support/alloc_counter.h"
#include "support/catch.h"
#include "support/signals.h"

using namespace std::chrono_literals;
using namespace voiceagent;
using namespace voiceagent::test;

namespace {

using Packet = std::vector<std::uint8_t>;

std::unique_ptr<OpusEncoder> encoder_of(const OpusEncoderOptions& options) {
  auto encoder = OpusEncoder::create(options);
  INFO(encoder.status().message());
  REQUIRE(encoder.ok());
  return std::move(*encoder);
}

std::unique_ptr<OpusDecoder> decoder_of(int rate, int channels = 1) {
  auto decoder = OpusDecoder::create(rate, channels);
  INFO(decoder.status().message());
  REQUIRE(decoder.ok());
  return std::move(*decoder);
}

// The whole frames of the samples, one packet each.
std::vector<Packet> encode(OpusEncoder& encoder, std::span<const std::int16_t> samples) {
  std::vector<Packet> packets;
  for (; samples.size() >= encoder.frame_samples();
       samples = samples.subspan(encoder.frame_samples())) {
    const auto packet = encoder.encode(samples.first(encoder.frame_samples()));
    REQUIRE(packet.ok());
    packets.emplace_back(packet->begin(), packet->end());
  }
  return packets;
}

void append(Samples& to, const Result<std::span<const std::int16_t>>& from) {
  INFO(from.status().message());
  REQUIRE(from.ok());
  to.insert(to.end(), from->begin(), from->end());
}

Samples decode(OpusDecoder& decoder, const std::vector<Packet>& packets) {
  Samples samples;
  for (const Packet& packet : packets) append(samples, decoder.decode(packet));
  return samples;
}

OpusEncoderOptions lossy_options() {
  return {.sample_rate = 16000, .bitrate = 24000, .fec = true, .expected_loss = 20};
}

// How far a receiver that loses every fifth packet is from one that loses none, over the lost
// frames; relative to what was lost, in decibels.
double loss_error_db(
    const std::vector<Packet>& packets,
    const std::function<void(OpusDecoder&, const Packet& next, Samples&)>& repair) {
  const auto whole = decoder_of(16000);
  const auto lossy = decoder_of(16000);
  double error = 0;
  double lost = 0;
  for (std::size_t i = 0; i + 1 < packets.size(); ++i) {
    Samples expected;
    append(expected, whole->decode(packets[i]));
    Samples actual;
    if (i % 5 != 4) {
      append(actual, lossy->decode(packets[i]));
      continue;
    }
    repair(*lossy, packets[i + 1], actual);
    REQUIRE(actual.size() == expected.size());
    for (std::size_t k = 0; k < actual.size(); ++k) {
      error += std::pow(actual[k] - expected[k], 2);
      lost += std::pow(expected[k], 2);
    }
  }
  return 10 * std::log10(error / lost);
}

}  // namespace

TEST_CASE("speech survives, at every rate, channel count and frame length") {
  for (const int rate : {8000, 12000, 16000, 24000, 48000}) {
    for (const int channels : {1, 2}) {
      for (const Duration frame : {Duration(2500us), Duration(20ms), Duration(60ms)}) {
        CAPTURE(rate, channels, to_ms(frame));
        const auto encoder = encoder_of(
            {.sample_rate = rate, .channels = channels, .frame = frame, .bitrate = 96000});
        const auto count = static_cast<std::size_t>(rate) * static_cast<std::size_t>(channels);
        const Samples in = voice_like(rate * channels, count);  // a second
        const auto decoder = decoder_of(rate, channels);
        const Samples out = decode(*decoder, encode(*encoder, in));
        CHECK(out.size() == count / encoder->frame_samples() * encoder->frame_samples());
        const auto delay =
            static_cast<std::size_t>(encoder->lookahead()) * static_cast<std::size_t>(channels);
        CHECK(snr_db(in, std::span(out).subspan(delay)) > 9);
      }
    }
  }
}

TEST_CASE("a decoder gives its own rate, whatever the encoder had") {
  const auto packets =
      encode(*encoder_of({.sample_rate = 48000, .bitrate = 64000}), sine(800, 48000, 48000));
  for (const int rate : {8000, 16000, 24000}) {
    const Samples out = decode(*decoder_of(rate), packets);
    CHECK(out.size() == static_cast<std::size_t>(rate));
    CHECK(amplitude_at(800, rate, std::span(out).subspan(out.size() / 4)) ==
          Approx(16000).epsilon(0.1));
  }
}

TEST_CASE("the lookahead is the delay of what is decoded") {
  const auto encoder = encoder_of({.sample_rate = 48000, .bitrate = 96000});
  CHECK(encoder->lookahead() == 312);  // 6.5 ms
  const Samples in = voice_like(48000, 48000);
  const Samples out = decode(*decoder_of(48000), encode(*encoder, in));
  const double aligned = snr_db(in, std::span(out).subspan(312));
  for (const std::size_t other : {0, 200, 300, 324, 400}) {
    CHECK(snr_db(in, std::span(out).subspan(other)) < aligned);
  }
}

TEST_CASE("a lost packet: the copy in the next one is better than concealment, that than silence") {
  const auto packets = encode(*encoder_of(lossy_options()), voice_like(16000, 16000 * 8));
  const double fec = loss_error_db(packets, [](auto& decoder, const Packet& next, Samples& out) {
    append(out, decoder.recover(next, 320));
  });
  const double concealed = loss_error_db(packets, [](auto& decoder, const Packet&, Samples& out) {
    append(out, decoder.conceal(320));
  });
  const double silent =
      loss_error_db(packets, [](auto&, const Packet&, Samples& out) { out.assign(320, 0); });
  CAPTURE(fec, concealed, silent);
  CHECK(silent == Approx(0).margin(0.01));
  CHECK(concealed < silent - 0.5);
  CHECK(fec < concealed - 3);
}

TEST_CASE("without a copy in the next packet, recovery conceals") {
  auto options = lossy_options();
  options.fec = false;
  const auto packets = encode(*encoder_of(options), voice_like(16000, 16000));
  const auto one = decoder_of(16000);
  const auto other = decoder_of(16000);
  for (int i = 0; i < 10; ++i) {
    REQUIRE(one->decode(packets[i]).ok());
    REQUIRE(other->decode(packets[i]).ok());
  }
  Samples recovered;
  Samples concealed;
  append(recovered, one->recover(packets[11], 320));
  append(concealed, other->conceal(320));
  CHECK(recovered == concealed);
}

TEST_CASE("concealment lasts as long as asked, and only in steps of 2.5 ms") {
  const auto packets = encode(*encoder_of({.sample_rate = 48000, .channels = 2, .bitrate = 64000}),
                              voice_like(48000, 9600));
  const auto decoder = decoder_of(48000, 2);
  REQUIRE(decoder->decode(packets[0]).ok());
  for (const int samples : {120, 960, 5760}) {
    const auto concealed = decoder->conceal(samples);
    REQUIRE(concealed.ok());
    CHECK(concealed->size() == static_cast<std::size_t>(samples) * 2);
  }
  for (const int samples : {-120, 0, 100, 5880}) {
    CHECK(decoder->conceal(samples).status().code() == ErrorCode::kInvalidArgument);
    CHECK(decoder->recover(packets[1], samples).status().code() == ErrorCode::kInvalidArgument);
  }
}

TEST_CASE("what is no Opus packet is refused, and the stream goes on") {
  const auto encoder = encoder_of({.sample_rate = 16000});
  const auto packets = encode(*encoder, voice_like(16000, 16000));
  const auto decoder = decoder_of(16000);
  REQUIRE(decoder->decode(packets[0]).ok());
  const Packet wrong[] = {
      {},
      {0x03},                 // a frame count is missing
      {0x03, 0x00},           // no frames
      {0x1B, 0x3F, 0x01},     // 63 frames: over 120 ms
      {0x01, 0x01},           // two equal frames in an odd number of bytes
      {0x02, 0xFF},           // a length that lies outside
      Packet(100'000, 0xFF),  // longer than any packet
  };
  for (const Packet& packet : wrong) {
    CAPTURE(packet.size());
    CHECK(decoder->decode(packet).status().code() == ErrorCode::kProtocol);
    CHECK(decoder->recover(packet, 320).status().code() == ErrorCode::kProtocol);
  }
  const auto next = decoder->decode(packets[1]);
  REQUIRE(next.ok());
  CHECK(next->size() == 320);
}

TEST_CASE("any bytes are decoded or refused") {
  std::minstd_rand random(5);
  const auto decoder = decoder_of(48000, 2);
  int decoded = 0;
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    Packet packet(random() % 200);
    for (auto& byte : packet) byte = static_cast<std::uint8_t>(random());
    const auto samples = decoder->decode(packet);
    samples.ok() ? ++decoded : ++refused;
    if (samples.ok() && samples->size() > 5760 * 2) FAIL("more than a packet can hold");
    if (!samples.ok() && samples.status().code() != ErrorCode::kProtocol) FAIL("another error");
  }
  CHECK(decoded > 100);
  CHECK(refused > 100);
}

TEST_CASE("a packet tells its length before it is decoded") {
  const auto packets = encode(*encoder_of({.sample_rate = 16000, .frame = 60ms}), Samples(960));
  CHECK(*decoder_of(16000)->samples_in(packets[0]) == 960);
  CHECK(*decoder_of(48000)->samples_in(packets[0]) == 2880);
}

TEST_CASE("silence costs nothing with dtx, and always something without") {
  const Samples silence(16000 * 2);
  const auto empty_of = [&](bool dtx) {
    const auto packets = encode(*encoder_of({.sample_rate = 16000, .dtx = dtx}), silence);
    return std::ranges::count_if(packets, [](const Packet& packet) { return packet.empty(); });
  };
  CHECK(empty_of(true) > 50);  // of 100
  CHECK(empty_of(false) == 0);
}

TEST_CASE("the bitrate follows the option and its change") {
  const Samples in = voice_like(48000, 48000 * 2);
  const auto size_of = [](const std::vector<Packet>& packets) {
    double size = 0;
    for (const Packet& packet : packets) size += static_cast<double>(packet.size());
    return size * 8 / 2;  // bits a second
  };
  const auto encoder = encoder_of({.bitrate = 64000});
  const double high = size_of(encode(*encoder, in));
  REQUIRE(encoder->set_bitrate(16000).ok());
  const double low = size_of(encode(*encoder, in));
  // A target, not a constant: Opus spends less where less is needed.
  CHECK(high == Approx(64000).epsilon(0.35));
  CHECK(low == Approx(16000).epsilon(0.35));
  CHECK(encoder->set_bitrate(5999).code() == ErrorCode::kInvalidArgument);
}

TEST_CASE("the reported loss makes room for copies") {
  auto options = lossy_options();
  options.expected_loss = 0;
  const Samples in = voice_like(16000, 16000 * 4);
  const auto encoder = encoder_of(options);
  const auto error = [&] {
    return loss_error_db(encode(*encoder, in), [](auto& decoder, const Packet& next, Samples& out) {
      append(out, decoder.recover(next, 320));
    });
  };
  const double before = error();
  encoder->reset();
  REQUIRE(encoder->set_expected_loss(20).ok());
  CHECK(error() < before - 3);
  CHECK(encoder->set_expected_loss(101).code() == ErrorCode::kInvalidArgument);
  CHECK(encoder->set_expected_loss(-1).code() == ErrorCode::kInvalidArgument);
}

TEST_CASE("after reset the stream begins as if it were new") {
  const auto encoder = encoder_of({.sample_rate = 16000});
  const auto decoder = decoder_of(16000);
  const Samples in = voice_like(16000, 8000);
  const auto packets = encode(*encoder, in);
  const Samples out = decode(*decoder, packets);
  encoder->reset();
  decoder->reset();
  CHECK(encode(*encoder, in) == packets);
  CHECK(decode(*decoder, packets) == out);
}

TEST_CASE("a call without longer packets than before allocates nothing") {
  const Samples in = voice_like(16000, 320 * 50);
  const auto encoder = encoder_of(lossy_options());
  const auto decoder = decoder_of(16000);
  const auto packets = encode(*encoder, in);
  REQUIRE(decoder->decode(packets[0]).ok());
  int failed = 0;
  const auto before = allocations();
  for (std::size_t i = 1; i + 1 < packets.size(); ++i) {
    failed += encoder->encode(std::span(in).subspan(i * 320, 320)).ok() ? 0 : 1;
    const auto pcm = i % 7 == 0   ? decoder->conceal(320)
                     : i % 5 == 0 ? decoder->recover(packets[i + 1], 320)
                                  : decoder->decode(packets[i]);
    failed += pcm.ok() ? 0 : 1;
  }
  CHECK(allocations() == before);
  CHECK(failed == 0);
}

TEST_CASE("a frame of another length than agreed is refused") {
  const auto encoder = encoder_of({.sample_rate = 16000, .channels = 2});
  for (const std::size_t size : {0, 320, 639, 641}) {
    const auto packet = encoder->encode(Samples(size));
    CHECK(packet.status().code() == ErrorCode::kInvalidArgument);
    CHECK(packet.status().message().find("must be 640") != std::string::npos);
  }
}

TEST_CASE("options out of range are refused by name") {
  const auto refused = [](const OpusEncoderOptions& options, const std::string& words) {
    const auto encoder = OpusEncoder::create(options);
    INFO(encoder.status().message());
    CHECK(encoder.status().code() == ErrorCode::kInvalidArgument);
    CHECK(encoder.status().message().find(words) != std::string::npos);
  };
  refused({.sample_rate = 44100}, "sample rate of 44100");
  refused({.channels = 3}, "channel count of 3");
  refused({.frame = 30ms}, "frame of 30");
  refused({.frame = Duration(0)}, "frame of 0");
  refused({.bitrate = 1000}, "bitrate of 1000");
  refused({.frame = 2500us, .bitrate = 8000}, "9600");
  refused({.complexity = 11}, "complexity of 11");
  refused({.expected_loss = 101}, "expected loss of 101");
  CHECK(OpusDecoder::create(44100).status().code() == ErrorCode::kInvalidArgument);
  CHECK(OpusDecoder::create(48000, 0).status().code() == ErrorCode::kInvalidArgument);
}
