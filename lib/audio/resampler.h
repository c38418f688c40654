// Sample rate conversion of a stream, by libsamplerate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "voiceagent/status.h"

namespace voiceagent {

enum class ResamplerQuality { kFast, kMedium, kBest };  // SINC_FASTEST, MEDIUM, BEST

class Resampler {
 public:
  // Both rates in samples a second, kMinSampleRate to kMaxSampleRate. Equal rates pass through.
  static Result<std::unique_ptr<Resampler>> create(
      int from, int to, ResamplerQuality quality = ResamplerQuality::kFast);
  virtual ~Resampler() = default;

  // Converts the next samples of the stream; any count. The result is valid until the next call and
  // lags behind by the filter's delay. No allocation once the largest input was seen.
  virtual std::span<const std::int16_t> process(std::span<const std::int16_t> in) = 0;
  // What the filter still holds; the stream is over then, and reset() begins a new one.
  virtual std::span<const std::int16_t> finish() = 0;
  virtual void reset() = 0;
};

}  // namespace voiceagent
