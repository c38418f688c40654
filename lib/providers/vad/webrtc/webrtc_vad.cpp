#include "providers/vad/webrtc/webrtc_vad.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

// WebRTC's detector by itself, as its library exports it; the package has headers for the whole
// processing of calls alone, which does the same at twice the cost and in seven times the memory.
extern "C" {
struct WebRtcVadInst;
WebRtcVadInst* WebRtcVad_Create();
void WebRtcVad_Free(WebRtcVadInst* detector);
int WebRtcVad_Init(WebRtcVadInst* detector);
// 0 to 3: the higher, the less is taken for speech.
int WebRtcVad_set_mode(WebRtcVadInst* detector, int mode);
// 1: speech, 0: none, -1: not for these arguments. 10, 20 or 30 ms.
int WebRtcVad_Process(WebRtcVadInst* detector, int sample_rate, const std::int16_t* frame,
                      std::size_t samples);
}

namespace voiceagent {
namespace {

constexpr VadFormat kFormat{16'000, 160};

constexpr std::array<std::pair<const char*, int>, 4> kModes = {{
    {"very_low", 3},
    {"low", 2},
    {"moderate", 1},
    {"high", 0},
}};

struct Free {
  void operator()(WebRtcVadInst* detector) const { WebRtcVad_Free(detector); }
};

class WebrtcVadStream final : public VadStream {
 public:
  // Null where there is no memory.
  static std::unique_ptr<WebrtcVadStream> create(int mode) {
    std::unique_ptr<WebRtcVadInst, Free> detector(WebRtcVad_Create());
    if (detector == nullptr) return nullptr;
    auto stream = std::unique_ptr<WebrtcVadStream>(new WebrtcVadStream(std::move(detector), mode));
    stream->reset();
    return stream;
  }

  float process(std::span<const std::int16_t> frame) override {
    if (frame.size() != kFormat.frame_samples) return 0.0F;
    const int heard =
        WebRtcVad_Process(detector_.get(), kFormat.sample_rate, frame.data(), frame.size());
    return heard == 1 ? 1.0F : 0.0F;
  }

  void reset() override {
    WebRtcVad_Init(detector_.get());
    WebRtcVad_set_mode(detector_.get(), mode_);
  }

 private:
  WebrtcVadStream(std::unique_ptr<WebRtcVadInst, Free> detector, int mode)
      : detector_(std::move(detector)), mode_(mode) {}

  const std::unique_ptr<WebRtcVadInst, Free> detector_;
  const int mode_;
};

class WebrtcVad final : public VadProvider {
 public:
  explicit WebrtcVad(int mode) : mode_(mode) {}

  VadFormat format() const override { return kFormat; }

  Result<std::unique_ptr<VadStream>> start(const StreamContext& /*context*/) override {
    std::unique_ptr<VadStream> stream = WebrtcVadStream::create(mode_);
    if (stream == nullptr) return internal_error("webrtc: its voice detection doesn't start");
    return stream;
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
