// The microphone path: audio of any rate and chunk size in; even frames, and the facts that speech
// started or stopped, out.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "audio/frame_pool.h"
#include "audio/reframer.h"
#include "audio/resampler.h"
#include "audio/speech_gate.h"
#include "core/stream/part_timer.h"
#include "voiceagent/agent.h"
#include "voiceagent/audio.h"
#include "voiceagent/vad.h"

namespace voiceagent {

// What the microphone tells the session; on its executor.
class MicrophoneListener {
 public:
  // 20 ms of audio at Microphone::sample_rate(), as they came: what is left in them is heard.
  virtual void microphone_clean(std::span<std::int16_t> samples) = 0;
  // The same 20 ms.
  virtual void microphone_frame(const FramePtr& frame) = 0;
  // Speech started, or stopped, at this sample of the microphone's stream (dated back).
  virtual void microphone_speech_started(std::int64_t sample) = 0;
  virtual void microphone_speech_stopped(std::int64_t sample) = 0;
  // Nothing came for so long that what comes now doesn't go on from what came before.
  virtual void microphone_gap() = 0;

 protected:
  ~MicrophoneListener() = default;
};

class Microphone {
 public:
  Microphone(const TurnOptions& options, VadFormat format, std::unique_ptr<VadStream> vad,
             Executor& executor, std::shared_ptr<FramePool> pool, MicrophoneListener& listener);

  // Takes audio of any length. kInvalidArgument for a rate that can't be resampled.
  Status push(AudioView audio);
  // Forgets the audio that waits for its frame, and what the detector has heard. The samples that
  // come go on to be counted.
  void reset();
  // Speech that goes on from here is reported as if it began here. Nothing is reported now.
  void hear_anew();

  int sample_rate() const { return format_.sample_rate; }
  // One past the last sample with speech.
  std::int64_t speech_end() const {
    return skipped_ + gate_.end_frame() * static_cast<std::int64_t>(format_.frame_samples);
  }
  // Whether the latest audio may be the beginning of speech.
  bool stirring() const { return gate_.stirring(); }
  // Samples that have gone through.
  std::int64_t position() const { return position_; }
  // How long ago this sample was spoken: the newest that came was spoken when it came.
  Duration age(std::int64_t sample) const;

 private:
  Status set_input_rate(int rate);
  void add(std::span<const std::int16_t> samples);
  void complete_frame();
  void detect(std::span<const std::int16_t> vad_frame);
  void input_gap();

  const VadFormat format_;
  const std::unique_ptr<VadStream> vad_;
  Executor& executor_;
  const std::shared_ptr<FramePool> pool_;
  MicrophoneListener& listener_;
  SpeechGate gate_;
  std::int64_t skipped_ = 0;  // samples that never made a frame for the detector
  Reframer vad_frames_;
  PartTimer gap_;  // audio that stops coming in mid-speech counts as silence
  std::unique_ptr<Resampler> resampler_;
  int input_rate_ = 0;
  FramePtr frame_;
  std::size_t filled_ = 0;
  std::int64_t position_ = 0;
  std::int64_t newest_ = 0;  // sample: of all that came, also what waits for its frame
  Time newest_at_{};
};

}  // namespace voiceagent
