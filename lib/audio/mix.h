// Small arithmetic on blocks of 16-bit samples: tracks, sums, gains and levels. Any thread.
#pragma once

#include <cstdint>
#include <span>

namespace voiceagent {

// Two tracks as one stereo track. REQUIRES: left.size() == right.size(), stereo has twice as many.
void interleave(std::span<const std::int16_t> left, std::span<const std::int16_t> right,
                std::span<std::int16_t> stereo);

// The average of all channels, rounded. REQUIRES: interleaved.size() == channels * mono.size().
void downmix(std::span<const std::int16_t> interleaved, int channels, std::span<std::int16_t> mono);

// sum += addend, clipped to full scale. REQUIRES: the same size.
void add_saturated(std::span<std::int16_t> sum, std::span<const std::int16_t> addend);

// Multiplies, rounds and clips to full scale. REQUIRES: gain is finite.
void apply_gain(std::span<std::int16_t> samples, float gain);

// The gain of so many decibels: 0 dB is 1, -6.02 dB a half.
float db_to_gain(float db);

// What a level is at least: that of digital silence and of no samples.
inline constexpr float kSilenceDbfs = -120.0f;

// Decibels below full scale (32768): a full-scale sine has a peak of 0 and an rms of -3.01 dBFS.
struct Level {
  float rms_dbfs = kSilenceDbfs;
  float peak_dbfs = kSilenceDbfs;
};
Level measure_level(std::span<const std::int16_t> samples);

}  // namespace voiceagent
