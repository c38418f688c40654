// WebRTC's voice activity detector.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace voiceagent {

// 0.8 KB of memory, and 1 us a frame of 10 ms.
class VoiceDetector {
 public:
  static constexpr int kSampleRate = 16'000;
  static constexpr std::size_t kFrameSamples = 160;

  // `aggressiveness`: 0 to 3; the higher, the less is taken for speech. Null where there is no
  // memory.
  static std::unique_ptr<VoiceDetector> create(int aggressiveness);
  virtual ~VoiceDetector() = default;

  // Whether kFrameSamples samples, which follow those before, hold speech; nothing else does.
  virtual bool speech(std::span<const std::int16_t> frame) = 0;
  // Forgets the past.
  virtual void reset() = 0;
};

}  // namespace voiceagent
