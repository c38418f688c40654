// Audio on its way to the workers, with marks where it is to be settled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ring.h"

namespace voiceagent::pocketsphinx {

// Holds 15 s at 16 kHz. Not thread-safe.
class InputQueue {
 public:
  // Takes samples behind the others. False: no room, nothing was taken. When it is empty it takes
  // any number.
  bool push(std::span<const std::int16_t> samples);
  // Marks the end of what was pushed.
  void mark();
  // Whether anything was pushed since the last mark.
  bool unmarked() const { return pushed_ > marked_; }
  // Whether there is a mark ahead.
  bool has_mark() const { return !marks_.empty(); }
  bool empty() const { return samples_.empty() && marks_.empty(); }

  // Moves out samples, up to the next mark; returns how many.
  std::size_t take(std::span<std::int16_t> samples);
  // Takes the mark that stands here; false when samples are before it, or there is none.
  bool take_mark();
  // Whether there is room for what push() refused: true once for each refusal.
  bool take_room();

 private:
  std::size_t until_mark() const;

  // Flushes at the same place share a mark, so that any number of them takes no room.
  struct Mark {
    std::int64_t place = 0;
    std::size_t count = 0;
  };

  Ring<std::int16_t> samples_;
  Ring<Mark> marks_;
  std::int64_t pushed_ = 0;  // samples so far
  std::int64_t marked_ = 0;  // place of the last mark
  std::size_t refused_ = 0;  // samples; 0: none
};

}  // namespace voiceagent::pocketsphinx
