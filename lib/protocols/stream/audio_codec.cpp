#include "protocols/stream/audio_codec.h"

#include <bit>
#include <cstring>
#include <string>
#include <utility>

#include "audio/g711.h"
#include "audio/little_endian.h"

namespace voiceagent::protocols::stream {
namespace {

constexpr bool kLittleEndian = std::endian::native == std::endian::little;

std::span<const std::uint8_t> octets(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

#if VOICEAGENT_WITH_OPUS
Result<std::unique_ptr<OpusDecoder>> opus_decoder(int sample_rate) {
  return OpusDecoder::create(sample_rate);
}

Result<std::unique_ptr<OpusEncoder>> opus_encoder(int sample_rate) {
  OpusEncoderOptions options;
  options.sample_rate = sample_rate;
  return OpusEncoder::create(options);
}
#else
Result<std::unique_ptr<OpusDecoder>> opus_decoder(int) {
  return unsupported("`encoding` can't be opus: this server is built without it");
}

Result<std::unique_ptr<OpusEncoder>> opus_encoder(int) {
  return unsupported("`encoding` can't be opus: this server is built without it");
}
#endif

}  // namespace

Result<AudioDecoder> AudioDecoder::create(AudioFormat format) {
  AudioDecoder decoder(format);
  if (format.encoding != Encoding::kOpus) return decoder;
  auto opus = opus_decoder(format.sample_rate);
  if (!opus.ok()) return opus.status();
  decoder.opus_ = std::move(*opus);
  return decoder;
}

Status AudioDecoder::check(std::span<const std::byte> message) const {
  if (message.empty()) return invalid_argument("an audio message is empty");
  if (message.size() % bytes_per_sample() == 0) return Status::success();
  return invalid_argument("an audio message of " + std::to_string(message.size()) +
                          " bytes: samples of s16le have 2 each");
}

std::span<const std::int16_t> AudioDecoder::to_samples(std::span<const std::byte> bytes,
                                                       std::span<std::int16_t> into) const {
  into = into.first(bytes.size() / bytes_per_sample());
  if (format_.encoding == Encoding::kMulaw) {
    g711_decode(G711Law::kMuLaw, octets(bytes), into);
  } else if constexpr (kLittleEndian) {
    std::memcpy(into.data(), bytes.data(), bytes.size());
  } else {
    for (std::size_t i = 0; i < into.size(); ++i) {
      into[i] = static_cast<std::int16_t>(load_le<std::uint16_t>(bytes.data() + 2 * i));
    }
  }
  return into;
}

Result<std::span<const std::int16_t>> AudioDecoder::decode_opus(std::span<const std::byte> packet) {
  if (packet.empty()) return invalid_argument("an audio message is empty");
  auto samples = opus_->decode(octets(packet));
  if (samples.ok()) return samples;
  return invalid_argument("an audio message of " + std::to_string(packet.size()) +
                          " bytes is no Opus packet");
}

Result<AudioEncoder> AudioEncoder::create(AudioFormat format) {
  AudioEncoder encoder(format);
  if (format.encoding != Encoding::kOpus) return encoder;
  auto opus = opus_encoder(format.sample_rate);
  if (!opus.ok()) return opus.status();
  encoder.opus_ = std::move(*opus);
  encoder.pending_.reserve(encoder.opus_->frame_samples());
  return encoder;
}

std::span<const std::byte> AudioEncoder::to_bytes(std::span<const std::int16_t> samples,
                                                  std::span<std::byte> into) const {
  if (format_.encoding == Encoding::kMulaw) {
    into = into.first(samples.size());
    g711_encode(G711Law::kMuLaw, samples,
                {reinterpret_cast<std::uint8_t*>(into.data()), into.size()});
    return into;
  }
  if constexpr (kLittleEndian) return std::as_bytes(samples);
  into = into.first(samples.size() * 2);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    store_le(into.data() + 2 * i, static_cast<std::uint16_t>(samples[i]));
  }
  return into;
}

}  // namespace voiceagent::protocols::stream
