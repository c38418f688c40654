#include "audio/webrtc_echo_canceller.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

// The library knows its options by the addresses of statics in templates, which must be the same
// here and there.
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif
#include <webrtc/modules/audio_processing/include/audio_processing.h>
#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

namespace voiceagent {
namespace {

constexpr int kBlocksASecond = 100;  // 10 ms each
constexpr float kFullScale = 32768.0F;

using Processing = std::unique_ptr<webrtc::AudioProcessing>;

void to_float(std::span<const std::int16_t> in, std::vector<float>& out) {
  std::ranges::transform(in, out.begin(),
                         [](std::int16_t s) { return static_cast<float>(s) / kFullScale; });
}

// The library divides by energies, now and then by none.
std::int16_t to_sample(float value) {
  if (!std::isfinite(value)) return 0;
  const float scaled = std::nearbyint(value * kFullScale);
  return static_cast<std::int16_t>(std::clamp(scaled, -kFullScale, kFullScale - 1));
}

class WebrtcEchoCanceller final : public EchoCanceller {
 public:
  WebrtcEchoCanceller(Processing processing, int microphone_rate, int loudspeaker_rate)
      : processing_(std::move(processing)),
        near_format_(microphone_rate, 1, false),
        far_format_(loudspeaker_rate, 1, false),
        near_(near_format_.num_frames()),
        far_(far_format_.num_frames()) {}

  void process(std::span<const std::int16_t> played, std::span<std::int16_t> heard) override {
    while (played.size() >= far_.size() && heard.size() >= near_.size()) {
      block(played.first(far_.size()), heard.first(near_.size()));
      played = played.subspan(far_.size());
      heard = heard.subspan(near_.size());
    }
  }

 private:
  void block(std::span<const std::int16_t> played, std::span<std::int16_t> heard) {
    to_float(played, far_);
    float* far = far_.data();
    if (processing_->ProcessReverseStream(&far, far_format_, far_format_, &far) != 0) return;
    // The rest of the delay is within its filter; it only insists on being told one.
    processing_->set_stream_delay_ms(0);
    to_float(heard, near_);
    float* near = near_.data();
    if (processing_->ProcessStream(&near, near_format_, near_format_, &near) != 0) return;
    std::ranges::transform(near_, heard.begin(), to_sample);
  }

  const Processing processing_;
  const webrtc::StreamConfig near_format_;
  const webrtc::StreamConfig far_format_;
  std::vector<float> near_, far_;
};

}  // namespace

std::unique_ptr<EchoCanceller> make_webrtc_echo_canceller(int microphone_rate,
                                                          int loudspeaker_rate) {
  if (microphone_rate <= 0 || microphone_rate % kBlocksASecond != 0) return nullptr;
  if (loudspeaker_rate <= 0 || loudspeaker_rate % kBlocksASecond != 0) return nullptr;
  // The settings are the processing's from here on.
  webrtc::Config config;
  config.Set<webrtc::ExtendedFilter>(new webrtc::ExtendedFilter(true));
  Processing processing(webrtc::AudioProcessing::Create(config));
  if (processing == nullptr) return nullptr;
  // What is taken for echo and isn't is lost: words, of whoever speaks over the agent.
  webrtc::EchoCancellation& echo = *processing->echo_cancellation();
  if (echo.Enable(true) != 0) return nullptr;
  if (echo.set_suppression_level(webrtc::EchoCancellation::kLowSuppression) != 0) return nullptr;
  return std::make_unique<WebrtcEchoCanceller>(std::move(processing), microphone_rate,
                                               loudspeaker_rate);
}

}  // namespace voiceagent
