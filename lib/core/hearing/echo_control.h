// The agent's echo: taken out of what the microphone hears, where there is one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "audio/echo_canceller.h"
#include "core/hearing/echo_delay.h"

namespace voiceagent {

// Costs next to nothing until it is told that there is an echo. Then it finds out how late that
// comes, and cancels it from there on.
class EchoControl {
 public:
  // Rates in samples a second.
  EchoControl(int microphone_rate, int output_rate);

  // 20 ms of the agent's speech, or less, leave. They may come in bursts: the player plays one
  // after another.
  void sent(std::span<const std::int16_t> samples);
  // What has been sent and not been played won't be.
  void flushed();
  // 20 ms of the microphone's: the echo is taken out of them. `echo`: it is known that there is
  // one.
  void clean(std::span<std::int16_t> samples, bool echo);
  // Whether the echo is being taken out, which proves that there is one.
  bool cancels() const { return path_ != nullptr && path_->proved; }
  // How much louder the echo was than what was sent when its path was found, in dB.
  float coupling() const { return path_->coupling; }
  // How loud what can be heard of the agent now was when it was played, in dB of full scale; none
  // where nothing is taken out.
  std::optional<float> heard_of() const;

 private:
  // From the loudspeaker to the microphone.
  struct Path {
    explicit Path(std::size_t frame_samples);
    std::vector<std::int16_t> queue;   // sent, and not played as far as can be known
    std::size_t unknown = 0;           // samples of the queue that were sent before it was kept
    std::vector<std::int16_t> played;  // a ring of frames: as many as an echo can be late
    std::size_t newest = 0;            // frame of played
    EchoDelay measure;
    int frames = 0;             // since the delay was looked for
    std::size_t candidate = 0;  // a delay, in frames
    int finds = 0;              // of the candidate, one after another
    bool found = false;
    bool proved = false;  // by the canceller's success
    std::vector<std::int16_t> trial;
    int tried = 0;    // frames of it
    float heard = 0;  // the power before it, and after it
    float left = 0;
    std::size_t delay = 0;
    float coupling = 0;
    std::unique_ptr<EchoCanceller> canceller;
  };

  void play(std::size_t samples);
  void look_for_delay();
  void take_delay(std::size_t delay);
  void cancel(std::span<std::int16_t> samples, float heard_db);
  float source_db() const;
  std::span<const std::int16_t> played_before(std::size_t frames) const;

  const int microphone_rate_;
  const int output_rate_;
  const std::size_t frame_samples_;  // of the output
  std::size_t ahead_ = 0;            // samples of the queue, also while it isn't kept
  std::unique_ptr<Path> path_;       // once there is an echo
};

}  // namespace voiceagent
