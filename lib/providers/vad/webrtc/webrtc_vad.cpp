#include "providers/vad/webrtc/webrtc_vad.h"

// Its options are known by the address of a variable in a template here, which has to be the
// library's own: hidden, as all else of ours is, it would be another one.
#pragma GCC visibility push(default)
#include <webrtc/common.h>
#include <webrtc/modules/audio_processing/include/audio_processing.h>
#pragma GCC visibility pop
#include <webrtc/modules/interface/module_common_types.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace voiceagent {
namespace {

using webrtc::AudioProcessing;
using Likelihood = webrtc::VoiceDetection::Likelihood;

constexpr VadFormat kFormat{16'000, 160};

constexpr std::array<std::pair<const char*, Likelihood>, 4> kLikelihoods = {{
    {"very_low", webrtc::VoiceDetection::kVeryLowLikelihood},
    {"low", webrtc::VoiceDetection::kLowLikelihood},
    {"moderate", webrtc::VoiceDetection::kModerateLikelihood},
    {"high", webrtc::VoiceDetection::kHighLikelihood},
}};

class WebrtcVadStream final : public VadStream {
 public:
  explicit WebrtcVadStream(std::unique_ptr<AudioProcessing> processing)
      : processing_(std::move(processing)) {}

  float process(std::span<const std::int16_t> frame) override {
    if (frame.size() != kFormat.frame_samples) return 0.0F;
    webrtc::AudioFrame audio;  // 8 KB: too much to keep one per session
    audio.sample_rate_hz_ = kFormat.sample_rate;
    audio.num_channels_ = 1;
    audio.samples_per_channel_ = frame.size();
    std::copy(frame.begin(), frame.end(), audio.data_);
    if (processing_->ProcessStream(&audio) != AudioProcessing::kNoError) return 0.0F;
    return processing_->voice_detection()->stream_has_voice() ? 1.0F : 0.0F;
  }

  void reset() override { processing_->Initialize(); }

 private:
  const std::unique_ptr<AudioProcessing> processing_;
};

class WebrtcVad final : public VadProvider {
 public:
  explicit WebrtcVad(Likelihood likelihood) : likelihood_(likelihood) {}

  VadFormat format() const override { return kFormat; }

  Result<std::unique_ptr<VadStream>> start(const StreamContext& /*context*/) override {
    webrtc::Config config;
    config.Set(new webrtc::ExperimentalAgc(false));  // else 24 KB are made and never used
    std::unique_ptr<AudioProcessing> processing(AudioProcessing::Create(config));
    if (processing == nullptr) return internal_error("webrtc: its audio processing doesn't start");
    webrtc::VoiceDetection* detection = processing->voice_detection();
    if (detection->set_likelihood(likelihood_) != AudioProcessing::kNoError ||
        detection->Enable(true) != AudioProcessing::kNoError) {
      return internal_error("webrtc: its voice detection doesn't start");
    }
    return std::unique_ptr<VadStream>(std::make_unique<WebrtcVadStream>(std::move(processing)));
  }

 private:
  const Likelihood likelihood_;
};

}  // namespace

ProviderInfo webrtc_vad_info() {
  OptionDescriptor likelihood;
  likelihood.name = "likelihood";
  likelihood.default_value = std::string("low");
  likelihood.description =
      "How likely a frame is taken for speech: the higher, the less speech is missed and the more "
      "noise is taken for it.";
  for (const auto& [name, value] : kLikelihoods) likelihood.choices.emplace_back(name);
  ProviderInfo info;
  info.name = "webrtc";
  info.description = "WebRTC's voice activity detection, 10 ms at a time.";
  info.options = {std::move(likelihood)};
  return info;
}

Result<std::shared_ptr<VadProvider>> make_webrtc_vad(const Options& options,
                                                     const ProviderContext& /*context*/) {
  const std::string& wanted = options.string("likelihood");
  for (const auto& [name, value] : kLikelihoods) {
    if (wanted == name) return std::shared_ptr<VadProvider>(std::make_shared<WebrtcVad>(value));
  }
  return invalid_argument("likelihood '" + wanted +
                          "' is none of very_low, low, moderate and high");
}

}  // namespace voiceagent
