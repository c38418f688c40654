/// @file
/// Sample rate conversion of a stream of audio.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "voiceagent/export.h"
#include "voiceagent/status.h"

namespace voiceagent {

/// Converts a stream of mono samples from one rate to another, in pieces of any length. Not
/// thread-safe.
class VOICEAGENT_EXPORT SampleRateConverter {
 public:
  /// From one rate to another, each between kMinSampleRate and kMaxSampleRate (audio.h); equal ones
  /// pass the samples through. kInvalidArgument for others.
  static Result<SampleRateConverter> create(int from, int to);
  ~SampleRateConverter();
  SampleRateConverter(SampleRateConverter&&) noexcept;
  SampleRateConverter& operator=(SampleRateConverter&&) noexcept;

  /// Converts the next samples. What comes back is valid until the next call and lags behind by a
  /// few milliseconds; the first sample out belongs to the first sample in.
  std::span<const std::int16_t> convert(std::span<const std::int16_t> samples);
  /// The rest; then a new stream may begin.
  std::span<const std::int16_t> finish();

 private:
  struct Impl;
  explicit SampleRateConverter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace voiceagent
