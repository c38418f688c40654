// Signals to try audio code with, and measures of what came out of it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <random>
#include <span>
#include <vector>

namespace voiceagent::test {

using Samples = std::vector<std::int16_t>;

inline std::int16_t to_int16(double value) { return static_cast<std::int16_t>(std::lrint(value)); }

// REQUIRES: |amplitude| < 32767.5.
inline Samples sine(double hertz, int rate, std::size_t count, double amplitude = 16000) {
  Samples samples(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double phase = 2 * std::numbers::pi * hertz * static_cast<double>(i) / rate;
    samples[i] = to_int16(amplitude * std::sin(phase));
  }
  return samples;
}

// White, uniform, the same for the same seed.
inline Samples noise(std::size_t count, int amplitude, unsigned seed = 1) {
  std::minstd_rand random(seed);
  Samples samples(count);
  for (auto& sample : samples) {
    sample =
        to_int16((static_cast<double>(random()) / std::minstd_rand::max() * 2 - 1) * amplitude);
  }
  return samples;
}

// Something like a voice: harmonics of a pitch that glides, under a syllable's rise and fall.
inline Samples voice_like(int rate, std::size_t count, double amplitude = 12000) {
  Samples samples(count);
  double phase = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double t = static_cast<double>(i) / rate;
    phase += 2 * std::numbers::pi * (140 + 40 * std::sin(2 * std::numbers::pi * 0.7 * t)) / rate;
    double sum = 0;
    for (int harmonic = 1; harmonic <= 16; ++harmonic) {
      const double hertz = 140.0 * harmonic;
      const double formants = std::exp(-std::pow((hertz - 600) / 300, 2)) +
                              0.5 * std::exp(-std::pow((hertz - 1500) / 400, 2)) + 0.05;
      sum += formants * std::sin(harmonic * phase);
    }
    const double syllable = 0.55 - 0.45 * std::cos(2 * std::numbers::pi * 4 * t);
    samples[i] = to_int16(amplitude * syllable * sum / 4);
  }
  return samples;
}

inline double rms(std::span<const std::int16_t> samples) {
  double energy = 0;
  for (const double sample : samples) energy += sample * sample;
  return samples.empty() ? 0 : std::sqrt(energy / static_cast<double>(samples.size()));
}

// The amplitude of one frequency in the samples.
inline double amplitude_at(double hertz, int rate, std::span<const std::int16_t> samples) {
  double real = 0;
  double imaginary = 0;
  double weights = 0;
  const auto count = static_cast<double>(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto at = static_cast<double>(i);
    const double window = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * at / count);
    const double phase = 2 * std::numbers::pi * hertz * at / rate;
    real += window * samples[i] * std::cos(phase);
    imaginary += window * samples[i] * std::sin(phase);
    weights += window;
  }
  return 2 * std::hypot(real, imaginary) / weights;
}

// In decibels: how much greater the signal is than what differs from it. `actual` is scaled and
// shifted by up to `max_delay` samples to where it fits best.
inline double snr_db(std::span<const std::int16_t> signal, std::span<const std::int16_t> actual,
                     std::size_t max_delay = 0) {
  double best = -1000;
  for (std::size_t delay = 0; delay <= max_delay && delay < actual.size(); ++delay) {
    const auto shifted = actual.subspan(delay);
    const std::size_t count = std::min(signal.size(), shifted.size());
    double cross = 0;
    double signal_energy = 0;
    double actual_energy = 0;
    for (std::size_t i = 0; i < count; ++i) {
      cross += static_cast<double>(signal[i]) * shifted[i];
      signal_energy += static_cast<double>(signal[i]) * signal[i];
      actual_energy += static_cast<double>(shifted[i]) * shifted[i];
    }
    if (actual_energy == 0 || cross <= 0) continue;
    const double error = signal_energy - cross * cross / actual_energy;
    best = std::max(best, error <= 0 ? 200.0 : 10 * std::log10(signal_energy / error));
  }
  return best;
}

}  // namespace voiceagent::test
