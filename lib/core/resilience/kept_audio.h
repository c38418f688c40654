// The audio of a recogniser's stream since the words that are settled, so that it can be given
// again. Positions count samples from the stream's beginning.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace voiceagent {

class KeptAudio {
 public:
  void add(std::span<const std::int16_t> samples) {
    const std::size_t wanted = samples_.size() + samples.size();
    if (wanted > samples_.capacity()) samples_.reserve(wanted + kStep);
    samples_.insert(samples_.end(), samples.begin(), samples.end());
  }
  // What is before `position` is not needed any more.
  void drop_before(std::int64_t position) {
    const std::int64_t count = std::clamp<std::int64_t>(position - begin_, 0, size());
    samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(count));
    begin_ += count;
    // A session listens for hours, and few of its seconds are speech.
    if (samples_.capacity() > samples_.size() + 2 * kStep) samples_.shrink_to_fit();
  }
  // Keeps about the latest `most` samples; never drops what is at `needed` and later. It does so
  // seldom, because the rest must move.
  void bound(std::int64_t most, std::int64_t needed) {
    if (size() > most + most / 8) drop_before(std::min(end() - most, needed));
  }

  std::int64_t begin() const { return begin_; }
  std::int64_t end() const { return begin_ + size(); }
  // REQUIRES: begin() <= from <= to <= end().
  std::span<const std::int16_t> part(std::int64_t from, std::int64_t to) const {
    return std::span(samples_).subspan(static_cast<std::size_t>(from - begin_),
                                       static_cast<std::size_t>(to - from));
  }

 private:
  static constexpr std::size_t kStep = 4'096;  // samples: how it grows, and what it may have spare

  std::int64_t size() const { return static_cast<std::int64_t>(samples_.size()); }

  std::vector<std::int16_t> samples_;
  std::int64_t begin_ = 0;
};

}  // namespace voiceagent
