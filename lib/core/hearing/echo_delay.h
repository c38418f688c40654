// How late the agent's echo comes: where the loudness of what is heard follows that of what was
// sent.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

namespace voiceagent {

class EchoDelay {
 public:
  static constexpr std::size_t kMaxFrames = 50;  // a second, of 20 ms each

  // The levels of 20 ms, in dB of full scale: what the loudspeaker is given, and what the
  // microphone hears at the same time.
  void add(float sent_db, float heard_db);
  // In frames, by the latest two seconds; none where nothing follows what is sent. Takes some
  // microseconds.
  std::optional<std::size_t> find() const;
  // How much louder what is heard is than what was sent so many frames before, in dB: on the
  // average of the loud ones.
  float coupling(std::size_t delay) const;
  // The loudest of those that were sent so many frames before the latest, in dB.
  float loudest_sent(std::size_t from, std::size_t to) const;

 private:
  static constexpr std::size_t kWindow = 100;
  static constexpr std::size_t kSpan = kWindow + kMaxFrames;

  float correlation(std::size_t delay) const;

  std::array<float, kSpan> sent_{};  // rings
  std::array<float, kSpan> heard_{};
  std::size_t next_ = 0;
  std::size_t count_ = 0;
};

}  // namespace voiceagent
