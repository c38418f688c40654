#include "providers/stt/pocketsphinx/mean_tracker.h"

#include <cstddef>

namespace voiceagent::pocketsphinx {
namespace {

// How many frames the prior counts for. The first coefficient depends on the level, of which the
// model can know nothing: there it counts less.
constexpr double kPriorFrames = 50;
constexpr double kPriorFramesLevel = 10;
// From 30 s on the oldest frames are forgotten, so that the mean can follow a change.
constexpr double kMaxFrames = 3000;
constexpr double kKeptFrames = 2000;

// Digital silence has no spectrum: its coefficients would only spoil the mean.
bool is_sound(const Cepstrum& frame) { return frame[0] >= 0; }

}  // namespace

MeanTracker::MeanTracker(const Cepstrum& prior) : mean_(prior) {
  for (std::size_t i = 0; i < kCoefficients; ++i) {
    weight_[i] = i == 0 ? kPriorFramesLevel : kPriorFrames;
    sum_[i] = static_cast<double>(prior[i]) * weight_[i];
  }
}

void MeanTracker::add(const Cepstrum& frame) {
  if (!is_sound(frame)) return;
  for (std::size_t i = 0; i < kCoefficients; ++i) {
    sum_[i] += static_cast<double>(frame[i]);
    weight_[i] += 1;
    mean_[i] = static_cast<float>(sum_[i] / weight_[i]);
    if (weight_[i] <= kMaxFrames) continue;
    sum_[i] *= kKeptFrames / weight_[i];
    weight_[i] = kKeptFrames;
  }
}

Cepstrum mean_of(std::span<const Cepstrum> frames, const Cepstrum& prior) {
  std::array<double, kCoefficients> sum{};
  double count = 0;
  for (const Cepstrum& frame : frames) {
    if (!is_sound(frame)) continue;
    ++count;
    for (std::size_t i = 0; i < kCoefficients; ++i) sum[i] += static_cast<double>(frame[i]);
  }
  if (count == 0) return prior;
  Cepstrum mean;
  for (std::size_t i = 0; i < kCoefficients; ++i) mean[i] = static_cast<float>(sum[i] / count);
  return mean;
}

}  // namespace voiceagent::pocketsphinx
