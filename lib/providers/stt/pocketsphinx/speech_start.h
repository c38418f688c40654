// Where speech begins and ends among frames. Steady noise and silence have no beginning: decoding
// them would make words up.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "providers/stt/pocketsphinx/cepstrum.h"

namespace voiceagent::pocketsphinx {

// Places of frames, both included.
struct FrameRange {
  std::size_t first = 0;
  std::size_t last = 0;
};

// From the first to the last frame that is much louder than the background; nothing when no frame
// is.
std::optional<FrameRange> loud_range(std::span<const Cepstrum> frames);

// That with 0.3 s before and after it, as far as there are frames: what is worth decoding.
std::optional<FrameRange> speech_range(std::span<const Cepstrum> frames);

// Keeps frames until it is certain that speech has begun. Of the quiet before it only the last 0.6
// s are kept.
class SpeechStart {
 public:
  // Takes a frame. True once speech has begun and 0.4 s of it are here, enough to know its level
  // by.
  bool add(const Cepstrum& frame);
  // The frames that are kept; fewer than 1.1 s of them.
  const std::vector<Cepstrum>& frames() const { return frames_; }
  // How many frames before them were not kept.
  std::size_t dropped() const { return dropped_; }

 private:
  std::vector<Cepstrum> frames_;
  std::size_t dropped_ = 0;
};

}  // namespace voiceagent::pocketsphinx
