// Turns a detector's probabilities, frame by frame, into "speech started" and "speech stopped".
//
// Start rule: so much speech within a sliding window (a click or a breath is not enough). Stop
// rule: so long without a speech frame. Both are dated back to where it really began or ended.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace voiceagent {

class SpeechGate {
 public:
  struct Rule {
    float threshold = 0.5F;         // frames of at least this probability count as speech
    std::size_t window_frames = 8;  // 1 to 64
    std::size_t start_frames = 6;   // of the window
    std::int64_t stop_frames = 10;  // in a row, without speech
  };
  enum class Change { kNone, kStarted, kStopped };

  explicit SpeechGate(Rule rule) : rule_(rule) {}

  // Takes the next frame's probability.
  Change push(float probability) {
    const bool speech = probability >= rule_.threshold;
    window_ = (window_ << 1 | (speech ? 1U : 0U)) & window_mask();
    ++frames_;
    if (speech) last_speech_ = frames_;
    if (!speaking_) return try_start();
    if (frames_ - last_speech_ < rule_.stop_frames) return Change::kNone;
    speaking_ = false;
    return Change::kStopped;
  }

  bool speaking() const { return speaking_; }
  // Silent, but the latest frames hold some speech: too little to have started yet.
  bool stirring() const { return !speaking_ && window_ != 0; }
  // Frames before the first one of the present or latest speech, counted from the first push.
  std::int64_t start_frame() const { return start_; }
  // One past the last speech frame.
  std::int64_t end_frame() const { return last_speech_; }
  std::int64_t frames() const { return frames_; }

  // The audio ended: as if silence had followed. Returns whether that stops speech.
  bool cut() {
    window_ = 0;
    const bool was_speaking = speaking_;
    speaking_ = false;
    return was_speaking;
  }

 private:
  std::uint64_t window_mask() const {
    return rule_.window_frames >= 64 ? ~0ULL : (1ULL << rule_.window_frames) - 1;
  }

  Change try_start() {
    const int count = std::popcount(window_);
    if (count == 0 || static_cast<std::size_t>(count) < rule_.start_frames) return Change::kNone;
    speaking_ = true;
    const int oldest = 63 - std::countl_zero(window_);  // bit 0 is the newest frame
    start_ = frames_ - 1 - oldest;
    return Change::kStarted;
  }

  Rule rule_;
  std::uint64_t window_ = 0;
  std::int64_t frames_ = 0;
  std::int64_t last_speech_ = 0;
  std::int64_t start_ = 0;
  bool speaking_ = false;
};

}  // namespace voiceagent
