// What sound is to the decoder: 13 cepstral coefficients for each 10 ms.
#pragma once

#include <array>
#include <cstddef>

#include "voiceagent/time.h"

namespace voiceagent::pocketsphinx {

inline constexpr std::size_t kCoefficients = 13;
inline constexpr int kSampleRate = 16'000;
inline constexpr Duration kFrameTime{10'000'000};

// One frame. The first coefficient tells how loud it is: 1.15 is 1 dB.
using Cepstrum = std::array<float, kCoefficients>;

// `frame` against the mean of its surroundings: what a microphone and a room do to all frames alike
// is gone.
inline Cepstrum operator-(Cepstrum frame, const Cepstrum& mean) {
  for (std::size_t i = 0; i < kCoefficients; ++i) frame[i] -= mean[i];
  return frame;
}

}  // namespace voiceagent::pocketsphinx
