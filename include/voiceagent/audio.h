/// @file
/// Audio in the interface: 16-bit signed samples, mono, native byte order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "voiceagent/time.h"

namespace voiceagent {

/// The lowest and the highest sample rate that the engine takes, in samples a second.
inline constexpr int kMinSampleRate = 4'000;
/// See kMinSampleRate.
inline constexpr int kMaxSampleRate = 192'000;

/// A look at mono samples that somebody else owns; passed to a function it is valid during the call
/// only. Any length is fine, none too.
struct AudioView {
  std::span<const std::int16_t> samples;  ///< The samples, full scale +-32767.
  int sample_rate = 16'000;               ///< Samples a second.

  /// How long it lasts; 0 when the rate is not positive.
  constexpr Duration duration() const {
    return sample_rate > 0
               ? samples_to_duration(static_cast<std::int64_t>(samples.size()), sample_rate)
               : Duration(0);
  }
};

/// Mono samples with their rate: the owning twin of AudioView.
struct Pcm {
  std::vector<std::int16_t> samples;  ///< The samples.
  int sample_rate = 16'000;           ///< Samples a second.

  /// A view of all samples; valid until the vector changes.
  AudioView view() const { return {samples, sample_rate}; }
};

}  // namespace voiceagent
