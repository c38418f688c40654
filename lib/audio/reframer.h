// Cuts audio of any chunk size into frames of one size; nothing is lost at the boundaries.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace voiceagent {

class Reframer {
 public:
  // REQUIRES: frame_samples > 0.
  explicit Reframer(std::size_t frame_samples) : frame_(frame_samples) {}

  // Calls on_frame(std::span<const int16_t>) for each frame that `samples` completes. A frame that
  // lies whole inside `samples` is passed without being copied.
  template <class OnFrame>
  void push(std::span<const std::int16_t> samples, OnFrame&& on_frame) {
    if (filled_ > 0) {
      const std::size_t take = std::min(frame_.size() - filled_, samples.size());
      std::copy_n(samples.data(), take, frame_.data() + filled_);
      filled_ += take;
      samples = samples.subspan(take);
      if (filled_ < frame_.size()) return;
      filled_ = 0;
      on_frame(std::span<const std::int16_t>(frame_));
    }
    for (; samples.size() >= frame_.size(); samples = samples.subspan(frame_.size())) {
      on_frame(samples.first(frame_.size()));
    }
    if (!samples.empty()) {
      std::copy(samples.begin(), samples.end(), frame_.begin());
      filled_ = samples.size();
    }
  }

  // The samples that wait for their frame to fill.
  std::span<const std::int16_t> rest() const { return std::span(frame_).first(filled_); }
  std::size_t frame_samples() const { return frame_.size(); }
  void clear() { filled_ = 0; }

 private:
  std::vector<std::int16_t> frame_;
  std::size_t filled_ = 0;
};

}  // namespace voiceagent
