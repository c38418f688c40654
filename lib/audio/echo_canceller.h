// Takes out of what a microphone hears what a loudspeaker near it plays.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace voiceagent {

// By WebRTC's audio processing, for an echo that comes some 20 to 128 ms late: within about a
// second of speech 25 dB of it are gone, and 30 after ten, while whoever speaks over it is left. 62
// us for 20 ms at 16 kHz, and 350 KB. Not thread-safe.
class EchoCanceller {
 public:
  // In samples a second, from the microphone and for the loudspeaker: multiples of 100. Null for
  // other rates, and in builds without the library.
  static std::unique_ptr<EchoCanceller> create(int microphone_rate, int loudspeaker_rate);
  virtual ~EchoCanceller() = default;

  // The next 20 ms: what the loudspeaker is given (silence included), and what the microphone hears
  // at the same time, of which the echo is taken out.
  virtual void process(std::span<const std::int16_t> played, std::span<std::int16_t> heard) = 0;
};

}  // namespace voiceagent
