// How loud things are: the sound of this moment, the background, and how much of the agent's own
// sound comes back into the microphone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
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
  // How loud what can be heard now of the agent was when it was played, where it is known how late
  // an echo comes; before heard().
  void plays(std::optional<float> db) { played_ = db; }
  // 20 ms of the agent's speech leave.
  void sent(std::span<const std::int16_t> samples);

  // Of the last tenth of a second.
  float level() const { return level_; }
  // Of the background while nobody speaks.
  float noise() const { return noise_; }
  // What the agent's sound is expected to have in the microphone now.
  float echo() const;
  // Whether that is known to stand out from the background.
  bool hears_echo() const;
  // It is known how late the echo comes, and how loud: `coupling` dB above what is sent. Whatever
  // is heard from now on has been through a canceller. Whenever the agent begins or goes on to
  // speak, that may need a while to find into it again: until then the echo is what it was.
  void echo_is_cancelled(float coupling);
  // The factor that leaves of the latest 20 ms the background, if they are an echo and nothing
  // more; 1 if not. For a fifth of a second behind a voice nothing is taken for an echo.
  float gain() const;

 private:
  // Frames: a second, for the way to the loudspeaker, through the room and back.
  static constexpr std::size_t kWindow = 50;
  static constexpr std::size_t kOnset = 5;  // frames: a detector is that late, at most

  void note_sent(float db);
  void learn_coupling(float sent);
  void voice_begins();

  struct Heard {
    float db = kSilenceDb;
    float source = kSilenceDb;  // what the agent played, of which this may be the echo
    bool voice = true;          // nor is anything learnt from what was not heard
  };
  void learn_noise(const Heard& heard);
  void learn_coupling(const Heard& heard);
  float source() const { return played_ ? *played_ : loudest_sent_; }

  std::size_t next_ = 0;   // of heard_ and sent_
  bool was_sent_ = false;  // since the last frame of the microphone's
  bool voice_ = false;
  bool voice_may_be_echo_ = false;
  bool fell_silent_ = false;
  float loudest_sent_ = kSilenceDb;  // of sent_
  std::optional<float> played_;
  float level_ = kSilenceDb;
  float latest_ = kSilenceDb;
  std::size_t since_other_ = kWindow;  // frames since one stood out of an echo
  float noise_ = kSilenceDb;
  float coupling_ = 0;                 // echo less what was sent, in dB
  float uncancelled_ = kSilenceDb;     // coupling_ before a canceller came
  int learnt_ = 0;                     // frames that coupling_ stands on
  float of_voice_ = kSilenceDb;        // the same, of the present or latest voice: the greatest
  int suspected_ = 0;                  // frames, in which an echo is treated as one that is known
  std::size_t loud_ = 0;               // frames since the agent became audible
  std::size_t unsent_ = kWindow;       // frames since one was sent
  std::size_t sending_ = 0;            // frames since the agent began, or went on, to speak
  std::array<float, kWindow> sent_{};  // the newest frames', kSilenceDb where none left
  std::array<Heard, kWindow> heard_{};
};

}  // namespace voiceagent
