#include "audio/opus_codec.h"

#include <opus/opus.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace voiceagent {
namespace {

using namespace std::chrono_literals;

constexpr int kMinBitrate = 6'000;
constexpr int kMaxBitrate = 510'000;
constexpr int kPacketBytes = 4'000;      // what libopus recommends to leave room for
constexpr int kShortestPerSecond = 400;  // frames of 2.5 ms, of which all others are multiples

// What libopus doesn't bother to send: it has nothing but a header.
constexpr std::size_t kDtxBytes = 2;

struct StateDeleter {
  void operator()(::OpusEncoder* state) const { opus_encoder_destroy(state); }
  void operator()(::OpusDecoder* state) const { opus_decoder_destroy(state); }
};

Status opus_failure(const char* what, int error) {
  return internal_error(std::string("Opus cannot ") + what + ": " + opus_strerror(error));
}

Status check_range(const char* name, int value, int lowest, int highest) {
  if (value >= lowest && value <= highest) return {};
  return invalid_argument("Opus " + std::string(name) + " of " + std::to_string(value) +
                          ": it must be " + std::to_string(lowest) + " to " +
                          std::to_string(highest));
}

Status check_format(int sample_rate, int channels) {
  constexpr std::array kRates = {8'000, 12'000, 16'000, 24'000, 48'000};
  if (std::ranges::find(kRates, sample_rate) == kRates.end()) {
    return invalid_argument("Opus sample rate of " + std::to_string(sample_rate) +
                            ": it must be 8000, 12000, 16000, 24000 or 48000");
  }
  return check_range("channel count", channels, 1, 2);
}

// Below three bytes a frame libopus sends packets without sound.
Status check_bitrate(int bitrate, Duration frame) {
  const auto three_bytes = static_cast<int>(3 * 8 * (1s / frame));
  return check_range("bitrate", bitrate, std::max(kMinBitrate, three_bytes), kMaxBitrate);
}

Status check_options(const OpusEncoderOptions& options) {
  constexpr std::array<Duration, 6> kFrames = {2'500us, 5ms, 10ms, 20ms, 40ms, 60ms};
  if (Status status = check_format(options.sample_rate, options.channels); !status.ok()) {
    return status;
  }
  if (std::ranges::find(kFrames, options.frame) == kFrames.end()) {
    return invalid_argument("Opus frame of " + std::to_string(to_ms(options.frame)) +
                            " ms: it must be 2.5, 5, 10, 20, 40 or 60 ms");
  }
  for (Status status : {check_bitrate(options.bitrate, options.frame),
                        check_range("complexity", options.complexity, 0, 10),
                        check_range("expected loss", options.expected_loss, 0, 100)}) {
    if (!status.ok()) return status;
  }
  return {};
}

class Encoder final : public OpusEncoder {
 public:
  explicit Encoder(const OpusEncoderOptions& options)
      : frame_(options.frame),
        frame_per_channel_(
            static_cast<int>(duration_to_samples(options.frame, options.sample_rate))),
        channels_(static_cast<std::size_t>(options.channels)) {}

  Status start(const OpusEncoderOptions& options) {
    int error = OPUS_OK;
    state_.reset(
        opus_encoder_create(options.sample_rate, options.channels, OPUS_APPLICATION_VOIP, &error));
    if (error != OPUS_OK) return opus_failure("create an encoder", error);
    for (const int result : {
             opus_encoder_ctl(state_.get(), OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE)),
             opus_encoder_ctl(state_.get(), OPUS_SET_BITRATE(options.bitrate)),
             opus_encoder_ctl(state_.get(), OPUS_SET_COMPLEXITY(options.complexity)),
             opus_encoder_ctl(state_.get(), OPUS_SET_INBAND_FEC(options.fec ? 1 : 0)),
             opus_encoder_ctl(state_.get(), OPUS_SET_PACKET_LOSS_PERC(options.expected_loss)),
             opus_encoder_ctl(state_.get(), OPUS_SET_DTX(options.dtx ? 1 : 0)),
             opus_encoder_ctl(state_.get(), OPUS_GET_LOOKAHEAD(&lookahead_)),
         }) {
      if (result != OPUS_OK) return opus_failure("take the encoder's options", result);
    }
    dtx_ = options.dtx;
    return {};
  }

  std::size_t frame_samples() const override {
    return static_cast<std::size_t>(frame_per_channel_) * channels_;
  }

  Result<std::span<const std::uint8_t>> encode(std::span<const std::int16_t> frame) override {
    if (frame.size() != frame_samples()) {
      return invalid_argument("Opus frame of " + std::to_string(frame.size()) +
                              " samples: it must be " + std::to_string(frame_samples()));
    }
    const int bytes =
        opus_encode(state_.get(), frame.data(), frame_per_channel_, packet_.data(), kPacketBytes);
    if (bytes < 0) return opus_failure("encode", bytes);
    const auto packet =
        std::span<const std::uint8_t>(packet_).first(static_cast<std::size_t>(bytes));
    return dtx_ && packet.size() <= kDtxBytes ? packet.first(0) : packet;
  }

  int lookahead() const override { return lookahead_; }

  Status set_expected_loss(int percent) override {
    if (Status status = check_range("expected loss", percent, 0, 100); !status.ok()) return status;
    const int result = opus_encoder_ctl(state_.get(), OPUS_SET_PACKET_LOSS_PERC(percent));
    return result == OPUS_OK ? Status() : opus_failure("set the expected loss", result);
  }

  Status set_bitrate(int bits_per_second) override {
    if (Status status = check_bitrate(bits_per_second, frame_); !status.ok()) return status;
    const int result = opus_encoder_ctl(state_.get(), OPUS_SET_BITRATE(bits_per_second));
    return result == OPUS_OK ? Status() : opus_failure("set the bitrate", result);
  }

  void reset() override { opus_encoder_ctl(state_.get(), OPUS_RESET_STATE); }

 private:
  const Duration frame_;
  const int frame_per_channel_;
  const std::size_t channels_;
  bool dtx_ = false;
  opus_int32 lookahead_ = 0;
  std::unique_ptr<::OpusEncoder, StateDeleter> state_;
  std::array<std::uint8_t, kPacketBytes> packet_;
};

class Decoder final : public OpusDecoder {
 public:
  Decoder(int sample_rate, int channels)
      : sample_rate_(sample_rate), channels_(static_cast<std::size_t>(channels)) {}

  Status start() {
    int error = OPUS_OK;
    state_.reset(opus_decoder_create(sample_rate_, static_cast<int>(channels_), &error));
    return error == OPUS_OK ? Status() : opus_failure("create a decoder", error);
  }

  Result<int> samples_in(std::span<const std::uint8_t> packet) const override {
    const int samples =
        packet.empty() || packet.size() > kMaxPacketBytes
            ? OPUS_INVALID_PACKET
            : opus_packet_get_nb_samples(packet.data(), static_cast<opus_int32>(packet.size()),
                                         sample_rate_);
    if (samples <= 0) return not_opus(packet);
    return samples;
  }

  Result<std::span<const std::int16_t>> decode(std::span<const std::uint8_t> packet) override {
    auto samples = samples_in(packet);
    if (!samples.ok()) return samples.status();
    return run(packet, *samples, false);
  }

  Result<std::span<const std::int16_t>> conceal(int samples) override {
    if (Status status = check_loss(samples); !status.ok()) return status;
    return run({}, samples, false);
  }

  Result<std::span<const std::int16_t>> recover(std::span<const std::uint8_t> next_packet,
                                                int samples) override {
    if (Status status = check_loss(samples); !status.ok()) return status;
    if (auto held = samples_in(next_packet); !held.ok()) return held.status();
    return run(next_packet, samples, true);
  }

  void reset() override { opus_decoder_ctl(state_.get(), OPUS_RESET_STATE); }

 private:
  // The longest packet: 48 frames of 1,275 bytes, with their lengths.
  static constexpr std::size_t kMaxPacketBytes = 48 * (1'275 + 2) + 2;

  static Status not_opus(std::span<const std::uint8_t> packet) {
    return {ErrorCode::kProtocol, "not an Opus packet (" + std::to_string(packet.size()) +
                                      " bytes): check that the sender's codec is Opus"};
  }

  Status check_loss(int samples) const {
    const int shortest = sample_rate_ / kShortestPerSecond;
    const int longest = shortest * 48;
    if (samples > 0 && samples <= longest && samples % shortest == 0) return {};
    return invalid_argument("Opus loss of " + std::to_string(samples) +
                            " samples: it must be a multiple of " + std::to_string(shortest) +
                            ", up to " + std::to_string(longest));
  }

  // An empty packet stands for a lost one.
  Result<std::span<const std::int16_t>> run(std::span<const std::uint8_t> packet, int samples,
                                            bool fec) {
    pcm_.resize(static_cast<std::size_t>(samples) * channels_);
    const int count =
        opus_decode(state_.get(), packet.empty() ? nullptr : packet.data(),
                    static_cast<opus_int32>(packet.size()), pcm_.data(), samples, fec ? 1 : 0);
    if (count == OPUS_INVALID_PACKET) return not_opus(packet);
    if (count < 0) return opus_failure("decode", count);
    return std::span<const std::int16_t>(pcm_).first(static_cast<std::size_t>(count) * channels_);
  }

  const int sample_rate_;
  const std::size_t channels_;
  std::unique_ptr<::OpusDecoder, StateDeleter> state_;
  std::vector<std::int16_t> pcm_;
};

}  // namespace

Result<std::unique_ptr<OpusEncoder>> OpusEncoder::create(const OpusEncoderOptions& options) {
  if (Status status = check_options(options); !status.ok()) return status;
  auto encoder = std::make_unique<Encoder>(options);
  if (Status status = encoder->start(options); !status.ok()) return status;
  return std::unique_ptr<OpusEncoder>(std::move(encoder));
}

Result<std::unique_ptr<OpusDecoder>> OpusDecoder::create(int sample_rate, int channels) {
  if (Status status = check_format(sample_rate, channels); !status.ok()) return status;
  auto decoder = std::make_unique<Decoder>(sample_rate, channels);
  if (Status status = decoder->start(); !status.ok()) return status;
  return std::unique_ptr<OpusDecoder>(std::move(decoder));
}

}  // namespace voiceagent
