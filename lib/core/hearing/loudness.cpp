#include "core/hearing/loudness.h"

#include <algorithm>
#include <cmath>

namespace voiceagent {
namespace {

constexpr float kLevelStep = 0.4F;      // a time constant of two frames
constexpr float kNoiseFalls = 0.2F;     // the background is what is left when all else is silent
constexpr float kNoiseRises = 0.03F;    // a new noise is believed within a second
constexpr float kCouplingStep = 0.05F;  // a room changes slowly
constexpr float kLoudEnough = -50.0F;   // what is sent can be told from nothing
constexpr float kSomebodyElse = 10.0F;  // above the echo: that is no echo
constexpr int kLearntFrames = 16;       // before an echo is predicted

}  // namespace

float level_db(std::span<const std::int16_t> samples) {
  if (samples.empty()) return kSilenceDb;
  std::int64_t sum = 0;
  for (const std::int16_t s : samples) sum += static_cast<std::int32_t>(s) * s;
  if (sum == 0) return kSilenceDb;
  const double mean = static_cast<double>(sum) / static_cast<double>(samples.size());
  constexpr double kFullScale = 32768.0 * 32768.0;
  return std::max(kSilenceDb, static_cast<float>(10.0 * std::log10(mean / kFullScale)));
}

void Loudness::sent(std::span<const std::int16_t> samples) {
  // Frames leave in bursts when playing begins: the loudest of a burst stands for it.
  const float db = level_db(samples);
  sent_[next_] = was_sent_ ? std::max(sent_[next_], db) : db;
  was_sent_ = true;
}

void Loudness::heard(std::span<const std::int16_t> samples, bool voice) {
  const float db = level_db(samples);
  level_ = level_ <= kSilenceDb ? db : level_ + kLevelStep * (db - level_);
  heard_[next_] = db;
  if (!was_sent_) sent_[next_] = kSilenceDb;
  was_sent_ = false;
  next_ = (next_ + 1) % kWindow;
  if (loudest_sent() > kLoudEnough) {
    learn_coupling();
  } else if (!voice) {
    learn_noise(db);
  }
}

void Loudness::learn_noise(float db) {
  if (noise_ <= kSilenceDb) {
    noise_ = db;
    return;
  }
  noise_ += (db < noise_ ? kNoiseFalls : kNoiseRises) * (db - noise_);
}

// By the loudest of a third of a second on either side: when the sound comes back isn't known.
void Loudness::learn_coupling() {
  const float sent = loudest_sent();
  const float ratio = *std::ranges::max_element(heard_) - sent;
  if (learnt_ == 0) {
    coupling_ = ratio;
  } else if (ratio > coupling_ + kSomebodyElse && learnt_ >= kLearntFrames) {
    return;
  } else {
    coupling_ += (ratio < coupling_ ? 4 * kCouplingStep : kCouplingStep) * (ratio - coupling_);
  }
  learnt_ = std::min(learnt_ + 1, kLearntFrames);
}

float Loudness::loudest_sent() const { return *std::ranges::max_element(sent_); }

float Loudness::echo() const {
  const float sent = loudest_sent();
  if (learnt_ < kLearntFrames || sent <= kLoudEnough) return kSilenceDb;
  return std::max(kSilenceDb, sent + coupling_);
}

}  // namespace voiceagent
