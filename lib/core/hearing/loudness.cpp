#include "core/hearing/loudness.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace voiceagent {
namespace {

constexpr float kLevelStep = 0.4F;    // a time constant of two frames
constexpr float kNoiseFalls = 0.2F;   // the background is what is left when all else is silent
constexpr float kNoiseRises = 0.03F;  // a new noise is believed within a second
constexpr float kQuietest = -90.0F;   // a background: less is a gate, or nothing yet
constexpr float kEchoRises = 0.5F;
constexpr float kEchoFalls = 0.1F;
constexpr float kCouplingStep = 0.05F;  // a room changes slowly
constexpr float kLoudEnough = -50.0F;   // what is sent can be told from nothing
constexpr std::size_t kPause = 10;      // frames without output: what follows is a new beginning
constexpr int kLearntFrames = 16;       // before an echo is predicted
constexpr float kStandsOut = 6.0F;      // of an echo, or an echo of the background
constexpr float kFaint = 3.0F;          // an echo that is lost in the background
// A voice that was nobody's, and so much softer than what was sent, is taken for an echo until its
// path has been found, or should have been.
constexpr float kSurelySofter = -10.0F;
constexpr int kSuspicion = 150;          // frames
constexpr std::size_t kVoiceLasts = 10;  // frames: softer sounds that belong to it
// Frames, when a voice is known to have ended, since the agent's last one: fewer, and it has not
// fallen silent; more (100 ms to be sure of the end, 180 ms on the way and in the room), and it was
// not for that.
constexpr std::size_t kFellSilent = 4;
constexpr std::size_t kEchoGone = 14;

float squared(std::int16_t sample) {
  const auto value = static_cast<float>(sample);
  return value * value;
}

// In lanes that a compiler can put side by side; a float is exact to a millionth.
float mean_square(std::span<const std::int16_t> samples) {
  constexpr std::size_t kLanes = 8;
  std::array<float, kLanes> sums{};
  for (auto rest = samples; !rest.empty();) {
    if (rest.size() < kLanes) {
      for (std::size_t k = 0; k < rest.size(); ++k) sums[k] += squared(rest[k]);
      break;
    }
    for (std::size_t k = 0; k < kLanes; ++k) sums[k] += squared(rest[k]);
    rest = rest.subspan(kLanes);
  }
  return std::accumulate(sums.begin(), sums.end(), 0.0F) / static_cast<float>(samples.size());
}

}  // namespace

float level_db(std::span<const std::int16_t> samples) {
  if (samples.empty()) return kSilenceDb;
  const float mean = mean_square(samples);
  if (mean == 0) return kSilenceDb;
  constexpr float kFullScale = 32768.0F * 32768.0F;
  return std::max(kSilenceDb, 10.0F * std::log10(mean / kFullScale));
}

void Loudness::sent(std::span<const std::int16_t> samples) {
  // Frames leave in bursts when playing begins: the loudest of a burst stands for it.
  const float db = level_db(samples);
  note_sent(was_sent_ ? std::max(sent_[next_], db) : db);
  was_sent_ = true;
  if (unsent_ > kPause) {
    sending_ = 0;
    coupling_ = std::max(coupling_, uncancelled_);
  }
  unsent_ = 0;
}

void Loudness::heard(std::span<const std::int16_t> samples, bool voice) {
  const float db = level_db(samples);
  level_ = level_ <= kSilenceDb ? db : level_ + kLevelStep * (db - level_);
  latest_ = db;
  ++since_other_;
  if (echo() > kSilenceDb && db >= echo() + kStandsOut) since_other_ = 0;
  if (voice && !voice_) voice_begins();
  voice_ = voice;
  heard_[next_] = {db, source(), voice};
  if (!was_sent_) note_sent(kSilenceDb);
  was_sent_ = false;
  next_ = (next_ + 1) % kWindow;
  ++unsent_;
  ++sending_;
  // The newest frames may turn out to be somebody's voice.
  const Heard& before = heard_[(next_ + kWindow - kOnset - 1) % kWindow];
  const float sent = loudest_sent_;
  if (played_) learn_coupling(before);
  if (suspected_ > 0 && sent > kLoudEnough) --suspected_;
  if (sent <= kLoudEnough) {
    loud_ = 0;
    learn_noise(before);
  } else if (voice) {
    of_voice_ = std::max(of_voice_, db - sent);
  } else if (++loud_ >= kWindow && !played_) {
    learn_coupling(sent);
  }
}

// Somebody's voice comes to light some frames after its beginning.
void Loudness::voice_begins() {
  const float sent = loudest_sent_;
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
  suspected_ = coupling_ < kSurelySofter ? kSuspicion : 0;
}

void Loudness::voice_ends() { fell_silent_ = unsent_ >= kFellSilent && unsent_ <= kEchoGone; }

// The newest frames may turn out to be somebody's voice.
void Loudness::learn_noise(const Heard& heard) {
  if (heard.voice) return;
  const float db = std::max(heard.db, kQuietest);
  if (noise_ <= kSilenceDb) {
    noise_ = db;
    return;
  }
  noise_ += (db < noise_ ? kNoiseFalls : kNoiseRises) * (db - noise_);
}

// By frames and their echoes. What is as soft as the background shows only that no more comes back.
void Loudness::learn_coupling(const Heard& heard) {
  if (heard.voice || heard.source <= kLoudEnough) return;
  const float ratio = heard.db - heard.source;
  if (ratio > coupling_ && heard.db < noise_ + kStandsOut) return;
  coupling_ += (ratio > coupling_ ? kEchoRises : kEchoFalls) * (ratio - coupling_);
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

// The window is looked through only when its loudest frame leaves it.
void Loudness::note_sent(float db) {
  const float leaves = std::exchange(sent_[next_], db);
  if (db >= loudest_sent_) {
    loudest_sent_ = db;
  } else if (leaves >= loudest_sent_) {
    loudest_sent_ = *std::ranges::max_element(sent_);
  }
}

void Loudness::echo_is_cancelled(float coupling) {
  coupling_ = uncancelled_ = coupling;
  learnt_ = kLearntFrames;
}

bool Loudness::hears_echo() const { return noise_ > kSilenceDb && echo() >= noise_ + kStandsOut; }

float Loudness::gain() const {
  if ((!played_ && suspected_ == 0) || since_other_ <= kVoiceLasts) return 1;
  if (echo() < noise_ + kFaint || latest_ <= noise_) return 1;
  return std::pow(10.0F, (noise_ - latest_) / 20);
}

float Loudness::echo() const {
  const float sent = source();
  if (learnt_ < kLearntFrames || sent <= kLoudEnough) return kSilenceDb;
  return std::max(kSilenceDb, sent + coupling_);
}

}  // namespace voiceagent
