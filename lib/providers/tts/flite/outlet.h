// Where a stream's speech leaves for its sink; it keeps what the sink has no room for.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "voiceagent/tts.h"

namespace voiceagent::flite {

// Used by one thread at a time, but for has_room() and make_room(). It holds at most what it was
// given since the sink said full: the rest of one utterance.
class Outlet {
 public:
  explicit Outlet(TtsSink& sink) : sink_(sink) {}

  // The words of the speech to come, in samples from where push() stands now.
  void expect(std::vector<SpokenSpan> words);
  // More speech; delivered at once, or kept after what is kept already.
  void push(std::span<const std::int16_t> samples);
  // Delivers what was kept, as far as there is room.
  void drain();
  // Whether everything was delivered.
  bool empty() const { return kept_.empty(); }
  // Forgets what was kept.
  void clear();

  // Whether it is worth trying to deliver. Any thread.
  bool has_room() const { return room_.load(); }
  // The sink can take more. Any thread.
  void make_room() { room_.store(true); }

 private:
  bool deliver(std::span<const std::int16_t> samples);

  TtsSink& sink_;
  std::atomic<bool> room_{true};
  std::vector<std::int16_t> kept_;  // what the sink has not taken
  std::size_t kept_from_ = 0;       // its beginning in kept_
  std::vector<SpokenSpan> words_;   // of the current utterance, counted from the stream's beginning
  std::size_t next_word_ = 0;       // the first that was not told
  std::int64_t pushed_ = 0;         // samples
  std::int64_t delivered_ = 0;      // samples
};

}  // namespace voiceagent::flite
