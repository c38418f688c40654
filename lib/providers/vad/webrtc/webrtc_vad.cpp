#include "providers/vad/webrtc/webrtc_vad.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "audio/webrtc_voice_detector.h"

namespace voiceagent {
namespace {

constexpr VadFormat kFormat{VoiceDetector::kSampleRate, VoiceDetector::kFrameSamples};

constexpr std::array<std::pair<const char*, int>, 4> kModes = {{
    {"very_low", 3},
    {"low", 2},
    {"moderate", 1},
    {"high", 0},
}};

class WebrtcVadStream final : public VadStream {
 public:
  explicit WebrtcVadStream(std::unique_ptr<VoiceDetector> detector)
      : detector_(std::move(detector)) {}

  float process(std::span<const std::int16_t> frame) override {
    return detector_->speech(frame) ? 1.0F : 0.0F;
  }

  void reset() override { detector_->reset(); }

 private:
  const std::unique_ptr<VoiceDetector> detector_;
};

class WebrtcVad final : public VadProvider {
 public:
  explicit WebrtcVad(int mode) : mode_(mode) {}

  VadFormat format() const override { return kFormat; }

  Result<std::unique_ptr<VadStream>> start(const StreamContext& /*context*/) override {
    std::unique_ptr<VoiceDetector> detector = VoiceDetector::create(mode_);
    if (detector == nullptr) return internal_error("webrtc: its voice detection doesn't start");
    return std::unique_ptr<VadStream>(std::make_unique<WebrtcVadStream>(std::move(detector)));
  }

 private:
  const int mode_;
};

}  // namespace

ProviderInfo webrtc_vad_info() {
  OptionDescriptor likelihood;
  likelihood.name = "likelihood";
  likelihood.default_value = std::string("low");
  likelihood.description =
      "How likely a frame is taken for speech: the higher, the less speech is missed and the more "
      "noise is taken for it.";
  for (const auto& [name, value] : kModes) likelihood.choices.emplace_back(name);
  ProviderInfo info;
  info.name = "webrtc";
  info.description = "WebRTC's voice activity detection, 10 ms at a time.";
  info.options = {std::move(likelihood)};
  return info;
}

Result<std::shared_ptr<VadProvider>> make_webrtc_vad(const Options& options,
                                                     const ProviderContext& /*context*/) {
  const std::string& wanted = options.string("likelihood");
  for (const auto& [name, value] : kModes) {
    if (wanted == name) return std::shared_ptr<VadProvider>(std::make_shared<WebrtcVad>(value));
  }
  return invalid_argument("likelihood '" + wanted +
                          "' is none of very_low, low, moderate and high");
}

}  // namespace voiceagent
