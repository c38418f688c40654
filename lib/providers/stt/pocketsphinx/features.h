// What the decoder gets to see of an utterance: its frames from just before its first word on, each
// less the mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/ring.h"
#include "providers/stt/pocketsphinx/front_end.h"
#include "providers/stt/pocketsphinx/mean_tracker.h"
#include "providers/stt/pocketsphinx/speech_start.h"

namespace voiceagent::pocketsphinx {

// When frames are given to the decoder.
enum class DecodeMode {
  kLive,   // as they come, with the mean so far
  kWhole,  // at the end, with the mean of all: somewhat better, but with all the work left to do
           // then
};

// Used by one thread at a time.
class Features {
 public:
  Features(FrontEnd front_end, DecodeMode mode);

  void add(std::span<const std::int16_t> samples);
  // No more samples.
  void end();

  // Whether there is a frame for the decoder.
  bool has_next() const { return !ready_.empty(); }
  // Takes it out. REQUIRES: has_next().
  Cepstrum next() { return ready_.pop_front(); }
  bool ended() const { return ended_; }
  // Frames since shortly before speech began; 0 while there is none.
  std::size_t frames() const { return frames_; }
  // Frames before the first one for the decoder.
  std::size_t skipped() const { return skipped_; }

 private:
  void add_frame(const Cepstrum& frame);
  void begin_live();
  void end_whole();

  const DecodeMode mode_;
  FrontEnd front_end_;
  MeanTracker mean_;
  SpeechStart start_;
  bool started_ = false;
  bool ended_ = false;
  std::size_t frames_ = 0;
  std::size_t skipped_ = 0;
  std::vector<Cepstrum> made_;   // by the front end, last
  std::vector<Cepstrum> whole_;  // kWhole: since speech began
  Ring<Cepstrum> ready_;
};

}  // namespace voiceagent::pocketsphinx
