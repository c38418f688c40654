#include "audio/opus_stream.h"

#include <opusenc.h>

#include <string>
#include <utility>

namespace voiceagent {
namespace {

constexpr int kBitrate = 32'000;
constexpr int kMuxingDelay = 48'000 / 5;  // 200 ms, in samples at 48 kHz

struct CommentsDeleter {
  void operator()(OggOpusComments* comments) const { ope_comments_destroy(comments); }
};
struct EncoderDeleter {
  void operator()(OggOpusEnc* encoder) const { ope_encoder_destroy(encoder); }
};

class LibopusencStream final : public OpusStream {
 public:
  Status open(int sample_rate) {
    comments_.reset(ope_comments_create());
    const OpusEncCallbacks callbacks{write, close};
    int error = OPE_OK;
    encoder_.reset(
        ope_encoder_create_callbacks(&callbacks, this, comments_.get(), sample_rate, 1, 0, &error));
    if (encoder_ == nullptr) return failure("begin a stream", error);
    // Without looking ahead, so that what was spoken can be sent.
    for (const auto& [request, value] : {std::pair{OPE_SET_DECISION_DELAY_REQUEST, 0},
                                         {OPE_SET_MUXING_DELAY_REQUEST, kMuxingDelay},
                                         {OPUS_SET_BITRATE_REQUEST, kBitrate}}) {
      error = ope_encoder_ctl(encoder_.get(), request, value);
      if (error != OPE_OK) return failure("be set up", error);
    }
    return {};
  }

  Result<std::string_view> append(std::span<const std::int16_t> samples) override {
    ready_.clear();
    const int error =
        ope_encoder_write(encoder_.get(), samples.data(), static_cast<int>(samples.size()));
    if (error != OPE_OK) return failure("encode", error);
    return std::string_view(ready_);
  }

  Result<std::string_view> finish() override {
    ready_.clear();
    const int error = ope_encoder_drain(encoder_.get());
    if (error != OPE_OK) return failure("end its stream", error);
    return std::string_view(ready_);
  }

 private:
  static int write(void* self, const unsigned char* bytes, opus_int32 count) {
    static_cast<LibopusencStream*>(self)->ready_.append(reinterpret_cast<const char*>(bytes),
                                                        static_cast<std::size_t>(count));
    return 0;
  }
  static int close(void*) { return 0; }
  static Status failure(const char* what, int error) {
    return internal_error(std::string("Ogg Opus cannot ") + what + ": " + ope_strerror(error));
  }

  std::string ready_;
  std::unique_ptr<OggOpusComments, CommentsDeleter> comments_;
  std::unique_ptr<OggOpusEnc, EncoderDeleter> encoder_;
};

}  // namespace

Result<std::unique_ptr<OpusStream>> OpusStream::create(int sample_rate) {
  if (sample_rate < 8'000 || sample_rate > 48'000) {
    return invalid_argument("Ogg Opus of " + std::to_string(sample_rate) +
                            " samples a second: it must be 8000 to 48000");
  }
  auto stream = std::make_unique<LibopusencStream>();
  if (Status status = stream->open(sample_rate); !status.ok()) return status;
  return std::unique_ptr<OpusStream>(std::move(stream));
}

}  // namespace voiceagent
