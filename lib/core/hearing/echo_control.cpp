#include "core/hearing/echo_control.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/hearing/loudness.h"

namespace voiceagent {
namespace {

constexpr std::size_t kFramesASecond = 50;
constexpr std::size_t kHistory = EchoDelay::kMaxFrames + 1;
constexpr int kLook = 5;  // frames: so often the delay is looked for
// The canceller covers 128 ms: who plays a little later or earlier after a pause needs no new
// start.
constexpr std::size_t kEarly = 1;
constexpr std::size_t kLate = 4;
constexpr float kLoudDb = -40.0F;
constexpr float kStep = 0.05F;
constexpr int kTried = 10;       // frames
constexpr float kProof = 12.6F;  // of the power: 11 dB
constexpr int kFirst = 3;        // finds of a delay, one after another
constexpr int kOther = 20;       // ... when another is known

std::size_t early(std::size_t delay) { return delay - std::min(kEarly, delay); }

float power_of(float db) { return std::pow(10.0F, db / 10); }

bool within(std::size_t delay, std::size_t known) {
  return delay >= early(known) && delay <= known + kLate;
}

}  // namespace

EchoControl::Path::Path(std::size_t frame_samples) : played(kHistory * frame_samples) {}

EchoControl::EchoControl(int microphone_rate, int output_rate)
    : microphone_rate_(microphone_rate),
      output_rate_(output_rate),
      frame_samples_(static_cast<std::size_t>(output_rate) / kFramesASecond) {}

// More than a second has not been sent ahead: then it is the microphone that stands still.
void EchoControl::sent(std::span<const std::int16_t> samples) {
  ahead_ = std::min(ahead_ + samples.size(), kFramesASecond * frame_samples_);
  if (path_ == nullptr) return;
  auto& queue = path_->queue;
  queue.insert(queue.end(), samples.begin(), samples.end());
  queue.erase(queue.begin(), queue.end() - static_cast<std::ptrdiff_t>(ahead_));
}

void EchoControl::flushed() {
  ahead_ = 0;
  if (path_ == nullptr) return;
  path_->queue.clear();
  path_->unknown = 0;
}

void EchoControl::clean(std::span<std::int16_t> samples, bool echo) {
  const std::size_t plays = std::min(ahead_, frame_samples_);
  if (path_ == nullptr && echo) {
    path_ = std::make_unique<Path>(frame_samples_);
    path_->queue.resize(ahead_);  // they were not kept, but have their time
    path_->unknown = ahead_;
  }
  ahead_ -= plays;
  if (path_ == nullptr) return;
  play(plays);
  if (path_->unknown > 0) {
    path_->unknown -= std::min(plays, path_->unknown);
    return;
  }
  const float heard_db = level_db(samples);
  path_->measure.add(level_db(played_before(0)), heard_db);
  if (++path_->frames >= kLook) look_for_delay();
  if (path_->canceller != nullptr) cancel(samples, heard_db);
}

void EchoControl::play(std::size_t samples) {
  Path& path = *path_;
  path.newest = (path.newest + 1) % kHistory;
  const auto frame =
      path.played.begin() + static_cast<std::ptrdiff_t>(path.newest * frame_samples_);
  const auto end = path.queue.begin() + static_cast<std::ptrdiff_t>(samples);
  std::fill(std::copy(path.queue.begin(), end, frame),
            frame + static_cast<std::ptrdiff_t>(frame_samples_), std::int16_t{0});
  path.queue.erase(path.queue.begin(), end);
}

// Who speaks at the same time may make it look like another delay for a while.
void EchoControl::look_for_delay() {
  Path& path = *path_;
  path.frames = 0;
  const std::optional<std::size_t> found = path.measure.find();
  if (!found || (path.found && within(*found, path.delay))) {
    path.finds = 0;
    return;
  }
  path.finds = within(*found, path.candidate) ? path.finds + 1 : 1;
  path.candidate = *found;
  if (path.finds >= (path.found ? kOther : kFirst)) take_delay(*found);
}

void EchoControl::take_delay(std::size_t delay) {
  path_->found = true;
  path_->finds = 0;
  path_->proved = false;
  path_->tried = 0;
  path_->heard = path_->left = 0;
  path_->delay = delay;
  path_->coupling = path_->measure.coupling(delay);
  path_->canceller = EchoCanceller::create(microphone_rate_, output_rate_);
}

// Two who happen to speak alike for a second are no echo of each other: nothing can be cancelled,
// and nothing is, until that has succeeded.
void EchoControl::cancel(std::span<std::int16_t> samples, float heard_db) {
  Path& path = *path_;
  const auto played = played_before(early(path.delay));
  if (path.proved) return path.canceller->process(played, samples);
  path.trial.assign(samples.begin(), samples.end());
  path.canceller->process(played, path.trial);
  if (source_db() < kLoudDb) return;
  path.heard += kStep * (power_of(heard_db) - path.heard);
  path.left += kStep * (power_of(level_db(path.trial)) - path.left);
  ++path.tried;
  path.proved = path.tried >= kTried && path.heard > kProof * path.left;
}

float EchoControl::source_db() const {
  return path_->measure.loudest_sent(early(path_->delay), path_->delay + kLate);
}

std::optional<float> EchoControl::heard_of() const {
  if (!cancels()) return std::nullopt;
  return source_db();
}

std::span<const std::int16_t> EchoControl::played_before(std::size_t frames) const {
  const std::size_t frame = (path_->newest + kHistory - frames) % kHistory;
  return std::span(path_->played).subspan(frame * frame_samples_, frame_samples_);
}

}  // namespace voiceagent
