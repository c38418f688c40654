#include "audio/webrtc_voice_detector.h"

#include <utility>

// The detector by itself, as the library exports it; the package has headers for the whole
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

struct Free {
  void operator()(WebRtcVadInst* detector) const { WebRtcVad_Free(detector); }
};
using DetectorPtr = std::unique_ptr<WebRtcVadInst, Free>;

class WebrtcVoiceDetector final : public VoiceDetector {
 public:
  WebrtcVoiceDetector(DetectorPtr detector, int mode)
      : detector_(std::move(detector)), mode_(mode) {
    WebrtcVoiceDetector::reset();
  }

  bool speech(std::span<const std::int16_t> frame) override {
    if (frame.size() != kFrameSamples) return false;
    return WebRtcVad_Process(detector_.get(), kSampleRate, frame.data(), frame.size()) == 1;
  }

  void reset() override {
    WebRtcVad_Init(detector_.get());
    WebRtcVad_set_mode(detector_.get(), mode_);
  }

 private:
  const DetectorPtr detector_;
  const int mode_;
};

}  // namespace

std::unique_ptr<VoiceDetector> VoiceDetector::create(int aggressiveness) {
  DetectorPtr detector(WebRtcVad_Create());
  if (detector == nullptr) return nullptr;
  return std::make_unique<WebrtcVoiceDetector>(std::move(detector), aggressiveness);
}

}  // namespace voiceagent
