// What a player without delay makes of the agent's frames: a track of samples over time.
#pragma once

#include <cstdint>
#include <deque>
#include <span>

namespace voiceagent {

// Frames are played back to back: each starts at the end of the one before, or now if that is past.
// Times are samples since the session opened, and never go back. One thread.
class PlayerTrack {
 public:
  // Takes the frame at `position` of the output stream.
  void play(std::int64_t now, std::int64_t position, std::span<const std::int16_t> samples);
  // Drops what has not been played by now.
  void flush(std::int64_t now);
  // How far in the output stream the player has come; never goes back.
  std::int64_t played(std::int64_t now);

  // The end of what was played or waits to be.
  std::int64_t end() const { return begin_ + static_cast<std::int64_t>(samples_.size()); }
  // Copies what follows the last take(), silence where nothing is played, and lets go of it.
  void take(std::span<std::int16_t> out);

 private:
  struct Stretch {
    std::int64_t start = 0;     // on the time line
    std::int64_t position = 0;  // in the output stream
    std::int64_t count = 0;
  };

  std::deque<std::int16_t> samples_;  // from begin_ on
  std::int64_t begin_ = 0;
  std::deque<Stretch> stretches_;  // not played to their end, in order
  std::int64_t played_ = 0;
};

}  // namespace voiceagent
