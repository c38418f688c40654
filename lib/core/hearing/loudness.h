// How loud things are: the sound of this moment, the background, and how much of the agent's own
// sound comes back into the microphone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace voiceagent {

inline constexpr float kSilenceDb = -96.0F;

// The mean level of the samples, in dB of full scale; at least kSilenceDb.
float level_db(std::span<const std::int16_t> samples);

class Loudness {
 public:
  Loudness() { sent_.fill(kSilenceDb); }

  // The microphone gave 20 ms; `voice`: the detector hears somebody.
  void heard(std::span<const std::int16_t> samples, bool voice);
  // The voice that was heard last had no words. If it began soon after the agent began or went on
  // to speak, it was the agent's echo; in the middle of its speech an echo would not have begun.
  void voice_was_nobody();
  // The voice has just ended. What stops when the agent falls silent may have been the agent's own.
  void voice_ends();
  // Of the latest voice, once it has ended.
  bool voice_fell_silent() const { return fell_silent_; }
  // 20 ms of the agent's speech leave.
  void sent(std::span<const std::int16_t> samples);

  // Of the last tenth of a second.
  float level() const { return level_; }
  // Of the background while nobody speaks.
  float noise() const { return noise_; }
  // What the agent's sound is expected to have in the microphone now.
  float echo() const;

 private:
  // Frames: a second, for the way to the loudspeaker, through the room and back.
  static constexpr std::size_t kWindow = 50;
  static constexpr std::size_t kOnset = 5;  // frames: a detector is that late, at most

  void note_sent(float db);
  void learn_coupling(float sent);
  void voice_begins();

  struct Heard {
    float db = kSilenceDb;
    bool voice = true;  // nor is anything learnt from what was not heard
  };
  void learn_noise(const Heard& heard);

  std::size_t next_ = 0;   // of heard_ and sent_
  bool was_sent_ = false;  // since the last frame of the microphone's
  bool voice_ = false;
  bool voice_may_be_echo_ = false;
  bool fell_silent_ = false;
  float loudest_sent_ = kSilenceDb;  // of sent_
  float level_ = kSilenceDb;
  float noise_ = kSilenceDb;
  float coupling_ = 0;                 // echo less what was sent, in dB
  int learnt_ = 0;                     // frames that coupling_ stands on
  float of_voice_ = kSilenceDb;        // the same, of the present or latest voice: the greatest
  std::size_t loud_ = 0;               // frames since the agent became audible
  std::size_t unsent_ = kWindow;       // frames since one was sent
  std::size_t sending_ = 0;            // frames since the agent began, or went on, to speak
  std::array<float, kWindow> sent_{};  // the newest frames', kSilenceDb where none left
  std::array<Heard, kWindow> heard_{};
};

}  // namespace voiceagent
