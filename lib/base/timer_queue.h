// The timers of one executor: a binary heap over a table of slots. Once both have been as large as
// they get, setting, cancelling and firing timers allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "voiceagent/executor.h"
#include "voiceagent/time.h"

namespace voiceagent {

// `delay` after `now`: `now` itself for a negative one, the end of time instead of an overflow.
constexpr Time time_after(Time now, Duration delay) {
  if (delay <= Duration::zero()) return now;
  return delay < Time::max() - now ? now + delay : Time::max();
}

// Not thread-safe: its executor locks. Tasks are handed out, never run or destroyed inside (except
// by the destructor), so that no foreign code runs under that lock.
class TimerQueue {
 public:
  // Sets a timer. Those due at the same time come out by rank. O(log n).
  TimerId add(Time due, std::uint64_t rank, Task task);
  // Takes a timer out and returns its task; an empty one when it has come out before. O(log n).
  Task remove(TimerId timer);

  bool empty() const { return heap_.empty(); }
  // When the next timer is due. REQUIRES: !empty().
  Time next_due() const { return heap_.front().due; }
  // Takes the next timer out. O(log n). REQUIRES: !empty().
  Task pop() { return take_at(0); }

 private:
  // A timer's task and its place in the heap. The generation tells a timer from those that had the
  // slot before it.
  struct Slot {
    Task task;
    std::uint32_t generation = 1;
    std::uint32_t position = 0;
  };
  struct Entry {
    Time due;
    std::uint64_t rank;
    std::uint32_t slot;
    bool before(const Entry& other) const {
      return due != other.due ? due < other.due : rank < other.rank;
    }
  };

  Task take_at(std::size_t position);
  void place(std::size_t position, const Entry& entry);
  void sift_up(std::size_t position, const Entry& entry);
  void sift_down(std::size_t position, const Entry& entry);

  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::vector<Entry> heap_;
};

}  // namespace voiceagent
