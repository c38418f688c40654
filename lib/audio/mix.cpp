#include "audio/mix.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace voiceagent {
namespace {

constexpr double kFullScale = 32768;

template <class T>
std::int16_t clip(T value) {
  constexpr T kLowest = std::numeric_limits<std::int16_t>::min();
  constexpr T kHighest = std::numeric_limits<std::int16_t>::max();
  return static_cast<std::int16_t>(std::clamp(value, kLowest, kHighest));
}

float to_dbfs(double amplitude) {
  if (amplitude <= 0) return kSilenceDbfs;
  return std::max(kSilenceDbfs, static_cast<float>(20 * std::log10(amplitude / kFullScale)));
}

}  // namespace

void interleave(std::span<const std::int16_t> left, std::span<const std::int16_t> right,
                std::span<std::int16_t> stereo) {
  assert(left.size() == right.size() && stereo.size() == 2 * left.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    stereo[2 * i] = left[i];
    stereo[2 * i + 1] = right[i];
  }
}

void downmix(std::span<const std::int16_t> interleaved, int channels,
             std::span<std::int16_t> mono) {
  assert(channels > 0 && interleaved.size() == static_cast<std::size_t>(channels) * mono.size());
  const std::int16_t* next = interleaved.data();
  for (std::int16_t& sample : mono) {
    int sum = 0;
    for (int channel = 0; channel < channels; ++channel) sum += *next++;
    sample = static_cast<std::int16_t>(std::lrint(static_cast<double>(sum) / channels));
  }
}

void add_saturated(std::span<std::int16_t> sum, std::span<const std::int16_t> addend) {
  assert(sum.size() == addend.size());
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = clip(sum[i] + addend[i]);
}

void apply_gain(std::span<std::int16_t> samples, float gain) {
  for (std::int16_t& sample : samples) {
    sample = static_cast<std::int16_t>(std::lrint(std::clamp(sample * gain, -32768.0f, 32767.0f)));
  }
}

float db_to_gain(float db) { return std::pow(10.0f, db / 20); }

Level measure_level(std::span<const std::int16_t> samples) {
  if (samples.empty()) return {};
  int peak = 0;
  double energy = 0;
  for (const int sample : samples) {
    peak = std::max(peak, std::abs(sample));
    energy += static_cast<double>(sample) * sample;
  }
  const double rms = std::sqrt(energy / static_cast<double>(samples.size()));
  return {to_dbfs(rms), to_dbfs(peak)};
}

}  // namespace voiceagent
