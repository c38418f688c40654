#include "core/hearing/loudness.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace voiceagent {
namespace {

constexpr float kLevelStep = 0.4F;      // a time constant of two frames
constexpr float kNoiseFalls = 0.2F;     // the background is what is left when all else is silent
constexpr float kNoiseRises = 0.03F;    // a new noise is believed within a second
constexpr float kCouplingStep = 0.05F;  // a room changes slowly
constexpr float kLoudEnough = -50.0F;   // what is sent can be told from nothing
constexpr std::size_t kPause = 10;      // frames without output: what follows is a new beginning
constexpr int kLearntFrames = 16;       // before an echo is predicted
// Frames, when a voice is known to have ended, since the agent's last one: fewer, and it has not
// fallen silent; more (100 ms to be sure of the end, 180 ms on the way and in the room), and it was
// not for that.
constexpr std::size_t kFellSilent = 4;
constexpr std::size_t kEchoGone = 14;

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
  if (unsent_ > kPause) sending_ = 0;
  unsent_ = 0;
}

void Loudness::heard(std::span<const std::int16_t> samples, bool voice) {
  const float db = level_db(samples);
  level_ = level_ <= kSilenceDb ? db : level_ + kLevelStep * (db - level_);
  if (voice && !voice_) voice_begins();
  voice_ = voice;
  heard_[next_] = {db, voice};
  if (!was_sent_) sent_[next_] = kSilenceDb;
  was_sent_ = false;
  next_ = (next_ + 1) % kWindow;
  ++unsent_;
  ++sending_;
  const float sent = loudest_sent();
  if (sent <= kLoudEnough) {
    loud_ = 0;
    if (!voice) learn_noise(db);
  } else if (voice) {
    of_voice_ = std::max(of_voice_, db - sent);
  } else if (++loud_ >= kWindow) {
    learn_coupling(sent);
  }
}

// Somebody's voice comes to light some frames after its beginning.
void Loudness::voice_begins() {
  const float sent = loudest_sent();
  of_voice_ = kSilenceDb;
  fell_silent_ = false;
  for (std::size_t i = 1; i <= kOnset; ++i) {
    Heard& heard = heard_[(next_ + kWindow - i) % kWindow];
    of_voice_ = std::max(of_voice_, heard.db - sent);
    heard.voice = true;
  }
  voice_may_be_echo_ = sent > kLoudEnough && sending_ < kWindow;
}

void Loudness::voice_was_nobody() {
  if (of_voice_ <= kSilenceDb || !voice_may_be_echo_) return;
  coupling_ = learnt_ == 0 ? of_voice_ : std::max(coupling_, of_voice_);
  learnt_ = kLearntFrames;
  of_voice_ = kSilenceDb;
}

void Loudness::voice_ends() { fell_silent_ = unsent_ >= kFellSilent && unsent_ <= kEchoGone; }

void Loudness::learn_noise(float db) {
  if (noise_ <= kSilenceDb) {
    noise_ = db;
    return;
  }
  noise_ += (db < noise_ ? kNoiseFalls : kNoiseRises) * (db - noise_);
}

// By the loudest of a second on either side: when the sound comes back isn't known, so nothing is
// learnt before it must have. The newest frames may turn out to be somebody's voice.
void Loudness::learn_coupling(float sent) {
  float loudest = kSilenceDb;
  std::size_t count = 0;
  for (std::size_t i = 0; i + kOnset < kWindow; ++i) {
    const Heard& heard = heard_[(next_ + i) % kWindow];
    if (heard.voice) continue;
    loudest = std::max(loudest, heard.db);
    ++count;
  }
  if (count < kWindow / 2) return;
  const float ratio = loudest - sent;
  const float step = ratio < coupling_ ? 4 * kCouplingStep : kCouplingStep;
  coupling_ = learnt_ == 0 ? ratio : coupling_ + step * (ratio - coupling_);
  learnt_ = std::min(learnt_ + 1, kLearntFrames);
}

float Loudness::loudest_sent() const { return *std::ranges::max_element(sent_); }

float Loudness::echo() const {
  const float sent = loudest_sent();
  if (learnt_ < kLearntFrames || sent <= kLoudEnough) return kSilenceDb;
  return std::max(kSilenceDb, sent + coupling_);
}

}  // namespace voiceagent
