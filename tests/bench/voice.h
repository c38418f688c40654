// Speech-like audio for benchmarks, in frames of 20 ms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>

#include "support/signals.h"
#include "voiceagent/status.h"

namespace voiceagent::bench {

inline std::size_t frame_of(int rate) { return static_cast<std::size_t>(rate / 50); }

// A second of it, over and over: no branch predictor learns one frame by heart.
class Voice {
 public:
  explicit Voice(int rate)
      : frame_(frame_of(rate)), samples_(test::voice_like(rate, static_cast<std::size_t>(rate))) {}
  std::span<const std::int16_t> next() {
    position_ = (position_ + frame_) % (samples_.size() - frame_);
    return std::span<const std::int16_t>(samples_).subspan(position_, frame_);
  }

 private:
  std::size_t frame_;
  test::Samples samples_;
  std::size_t position_ = 0;
};

// For what can't fail where it is measured.
template <class T>
T must(Result<T> result) {
  if (!result.ok()) std::abort();
  return std::move(*result);
}

}  // namespace voiceagent::bench
