// Audio on its way into a recogniser's stream, at the rate that the stream wants.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "audio/resampler.h"
#include "voiceagent/stt.h"

namespace voiceagent {

class SttFeed {
 public:
  // For a new stream of a recogniser that can do that, and audio of `rate`.
  Status begin(const SttCapabilities& can, int rate);
  // What the stream is to be asked for.
  int stream_rate() const { return stream_rate_; }

  // Offers it `samples`: how many it has taken; 0: it is full. What it has refused comes first in
  // the next call, perhaps with more behind it: it has been converted by then, and is offered as it
  // was.
  std::size_t push(SttStream& stream, std::span<const std::int16_t> samples);
  // What it has refused isn't wanted any more.
  void drop_refused() { waiting_ = 0; }

 private:
  int rate_ = 0;
  int stream_rate_ = 0;
  std::unique_ptr<Resampler> resampler_;
  std::vector<std::int16_t> converted_;
  std::size_t waiting_ = 0;  // samples that `converted_` was made of and that wait for room
};

}  // namespace voiceagent
