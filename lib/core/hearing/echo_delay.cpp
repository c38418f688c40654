#include "core/hearing/echo_delay.h"

#include <algorithm>
#include <cmath>

namespace voiceagent {
namespace {

// Silence is silence, however deep: the depth is that of two different rooms.
constexpr float kFloorDb = -70.0F;
constexpr float kSoundsDb = -60.0F;
// Of speech and its echo 0.8 and more; by chance, of two people, seldom 0.5.
constexpr float kFollows = 0.85F;
constexpr float kLoudDb = -30.0F;
constexpr std::size_t kEnough = 40;  // frames
// Two who begin and end together look alike at many delays, an echo at its own.
constexpr float kStandsOut = 0.25F;
constexpr std::size_t kBeside = 3;
constexpr float kVaries = 4.0F;  // dB squared: a steady sound tells nothing

}  // namespace

void EchoDelay::add(float sent_db, float heard_db) {
  sent_[next_] = std::max(sent_db, kFloorDb);
  heard_[next_] = std::max(heard_db, kFloorDb);
  next_ = (next_ + 1) % kSpan;
  count_ = std::min(count_ + 1, kSpan);
}

std::optional<std::size_t> EchoDelay::find() const {
  if (count_ < kEnough) return std::nullopt;
  std::array<float, kMaxFrames + 1> follows{};
  for (std::size_t delay = 0; delay <= count_ - kEnough && delay <= kMaxFrames; ++delay) {
    follows[delay] = correlation(delay);
  }
  const auto best = std::ranges::max_element(follows);
  if (*best < kFollows) return std::nullopt;
  const auto delay = static_cast<std::size_t>(best - follows.begin());
  for (std::size_t other = 0; other <= kMaxFrames; ++other) {
    const std::size_t apart = other > delay ? other - delay : delay - other;
    if (apart > kBeside && follows[other] > *best - kStandsOut) return std::nullopt;
  }
  return delay;
}

float EchoDelay::coupling(std::size_t delay) const {
  float sum = 0;
  float count = 0;
  for (std::size_t i = 0; i < std::min(kWindow, count_ - delay); ++i) {
    const std::size_t at = next_ + 2 * kSpan - 1 - i;
    const float sent = sent_[(at - delay) % kSpan];
    if (sent <= kLoudDb) continue;
    sum += heard_[at % kSpan] - sent;
    ++count;
  }
  return count > 0 ? sum / count : kFloorDb;
}

float EchoDelay::loudest_sent(std::size_t from, std::size_t to) const {
  float loudest = kFloorDb;
  for (std::size_t i = from; i <= to; ++i) {
    loudest = std::max(loudest, sent_[(next_ + 2 * kSpan - 1 - i) % kSpan]);
  }
  return loudest;
}

// Pearson's, of the latest frames heard and those that were sent `delay` before: where both sound,
// for two who begin and end together by chance would agree in that. Silence after a loud sound
// shows that it doesn't come back.
float EchoDelay::correlation(std::size_t delay) const {
  float n = 0, missing = 0, s = 0, h = 0, ss = 0, hh = 0, sh = 0;
  for (std::size_t i = 0; i < std::min(kWindow, count_ - delay); ++i) {
    const std::size_t at = next_ + 2 * kSpan - 1 - i;
    const float heard = heard_[at % kSpan];
    const float sent = sent_[(at - delay) % kSpan];
    if (heard <= kSoundsDb && sent > kLoudDb) ++missing;
    if (heard <= kSoundsDb || sent <= kSoundsDb) continue;
    ++n;
    s += sent;
    h += heard;
    ss += sent * sent;
    hh += heard * heard;
    sh += sent * heard;
  }
  if (n < kEnough || missing > n / 10) return 0;
  const float of_sent = ss / n - s * s / (n * n);
  const float of_heard = hh / n - h * h / (n * n);
  if (of_sent < kVaries || of_heard < kVaries) return 0;
  return (sh / n - s * h / (n * n)) / std::sqrt(of_sent * of_heard);
}

}  // namespace voiceagent
