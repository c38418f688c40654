#include "server/speech/speech_encoder.h"

#include <cstddef>
#include <utility>

#include "audio/little_endian.h"
#include "audio/wav_header.h"
#if VOICEAGENT_WITH_OGG_OPUS
#include "audio/opus_stream.h"
#endif

namespace voiceagent::server {
namespace {

void append_samples(std::span<const std::int16_t> samples, std::string& bytes) {
  const std::size_t begin = bytes.size();
  bytes.resize(begin + samples.size_bytes());
  auto* out = reinterpret_cast<std::byte*>(bytes.data() + begin);
  for (const std::int16_t sample : samples) {
    store_le(out, static_cast<std::uint16_t>(sample));
    out += sizeof sample;
  }
}

void append_wav_header(int sample_rate, std::uint32_t data_bytes, std::string& bytes) {
  const auto header = make_wav_header(sample_rate, 1, data_bytes);
  bytes.append(reinterpret_cast<const char*>(header.data()), header.size());
}

// Samples as they are, with or without a header that leaves the length open.
class PlainEncoder final : public SpeechEncoder {
 public:
  PlainEncoder(bool wav, int sample_rate) {
    if (wav) {
      content_type_ = "audio/wav";
      append_wav_header(sample_rate, kMaxWavDataBytes, header_);
    } else {
      content_type_ = "audio/pcm; rate=" + std::to_string(sample_rate) + "; channels=1";
    }
  }

  const std::string& content_type() const override { return content_type_; }
  Result<std::string> append(std::span<const std::int16_t> samples) override {
    std::string bytes = std::exchange(header_, {});
    append_samples(samples, bytes);
    return bytes;
  }
  Result<std::string> finish() override { return std::exchange(header_, {}); }

 private:
  std::string content_type_;
  std::string header_;  // until it has been sent
};

#if VOICEAGENT_WITH_OGG_OPUS
class OggEncoder final : public SpeechEncoder {
 public:
  explicit OggEncoder(std::unique_ptr<OpusStream> stream) : stream_(std::move(stream)) {}

  const std::string& content_type() const override { return content_type_; }
  Result<std::string> append(std::span<const std::int16_t> samples) override {
    return owned(stream_->append(samples));
  }
  Result<std::string> finish() override { return owned(stream_->finish()); }

 private:
  static Result<std::string> owned(const Result<std::string_view>& bytes) {
    if (!bytes.ok()) return bytes.status();
    return std::string(*bytes);
  }

  const std::string content_type_ = "audio/ogg; codecs=opus";
  const std::unique_ptr<OpusStream> stream_;
};
#endif

Result<std::unique_ptr<SpeechEncoder>> make_ogg_encoder([[maybe_unused]] int sample_rate) {
#if VOICEAGENT_WITH_OGG_OPUS
  auto stream = OpusStream::create(sample_rate);
  if (!stream.ok()) return stream.status();
  return std::unique_ptr<SpeechEncoder>(std::make_unique<OggEncoder>(std::move(*stream)));
#else
  return unsupported("Ogg Opus is not part of this build: ask for wav or pcm");
#endif
}

}  // namespace

std::optional<SpeechFormat> speech_format(std::string_view name) {
  if (name == "wav") return SpeechFormat::kWav;
  if (name == "pcm") return SpeechFormat::kPcm;
  if (name == "opus") return SpeechFormat::kOpus;
  return std::nullopt;
}

Result<std::unique_ptr<SpeechEncoder>> SpeechEncoder::create(SpeechFormat format, int sample_rate) {
  if (format == SpeechFormat::kOpus) return make_ogg_encoder(sample_rate);
  return std::unique_ptr<SpeechEncoder>(
      std::make_unique<PlainEncoder>(format == SpeechFormat::kWav, sample_rate));
}

std::string wav_file(std::span<const std::int16_t> samples, int sample_rate) {
  std::string bytes;
  bytes.reserve(kWavHeaderBytes + samples.size_bytes());
  append_wav_header(sample_rate, static_cast<std::uint32_t>(samples.size_bytes()), bytes);
  append_samples(samples, bytes);
  return bytes;
}

}  // namespace voiceagent::server
