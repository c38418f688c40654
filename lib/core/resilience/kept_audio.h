// Audio of a stream that is not done with: what a recogniser heard since the words that are
// settled, what a synthesiser said of a word that isn't whole. Positions count the samples that
// were added.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/ring.h"

namespace voiceagent {

// In blocks of one size: nothing moves, and what one session gives back another can use. A session
// listens for hours, and few of its seconds are speech: between them it holds nothing.
class KeptAudio {
 public:
  void add(std::span<const std::int16_t> samples) {
    while (!samples.empty()) {
      const std::size_t at = static_cast<std::size_t>(end_ - first_) % kBlock;
      if (at == 0) blocks_.push_back(std::make_unique_for_overwrite<Block>());
      const std::size_t count = std::min(samples.size(), kBlock - at);
      std::copy_n(samples.data(), count, blocks_.back()->data() + at);
      samples = samples.subspan(count);
      end_ += static_cast<std::int64_t>(count);
    }
  }
  // What is before `position` is not needed any more.
  void drop_before(std::int64_t position) {
    begin_ = std::clamp(position, begin_, end_);
    while (begin_ - first_ >= static_cast<std::int64_t>(kBlock)) {
      blocks_.pop_front();
      first_ += kBlock;
    }
    free_if_empty();
  }
  // What is at `position` and later was never added.
  void drop_after(std::int64_t position) {
    end_ = std::clamp(position, begin_, end_);
    const auto left = static_cast<std::size_t>(end_ - first_);
    while (blocks_.size() * kBlock >= left + kBlock) blocks_.pop_back();
    free_if_empty();
  }
  // Keeps the latest `most` samples; never drops what is at `needed` and later.
  void bound(std::int64_t most, std::int64_t needed) {
    if (end_ - begin_ > most) drop_before(std::min(end_ - most, needed));
  }

  std::int64_t begin() const { return begin_; }
  std::int64_t end() const { return end_; }
  std::int64_t size() const { return end_ - begin_; }
  // What lies in one piece from `from` on, at most up to `to`; never nothing.
  // REQUIRES: begin() <= from < to <= end().
  std::span<const std::int16_t> part(std::int64_t from, std::int64_t to) const {
    const auto offset = static_cast<std::size_t>(from - first_);
    const auto wanted = static_cast<std::size_t>(to - from);
    const std::span<const std::int16_t> block(*blocks_[offset / kBlock]);
    const auto rest = block.subspan(offset % kBlock);
    return rest.first(std::min(wanted, rest.size()));
  }
  // Samples that there is room for.
  std::size_t capacity() const { return blocks_.size() * kBlock; }

 private:
  static constexpr std::size_t kBlock = 960;  // samples: frames of 20 ms fit at all usual rates
  using Block = std::array<std::int16_t, kBlock>;

  void free_if_empty() {
    if (begin_ < end_) return;
    blocks_ = {};
    first_ = end_;
  }

  Ring<std::unique_ptr<Block>> blocks_;
  std::int64_t first_ = 0;  // of the first block
  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
};

}  // namespace voiceagent
