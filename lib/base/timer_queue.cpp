#include "base/timer_queue.h"

#include <utility>

namespace voiceagent {

TimerId TimerQueue::add(Time due, std::uint64_t rank, Task task) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Slot& slot = slots_[index];
  slot.task = std::move(task);
  heap_.emplace_back();
  sift_up(heap_.size() - 1, {due, rank, index});
  return TimerId{slot.generation} << 32 | index;
}

Task TimerQueue::remove(TimerId timer) {
  const std::size_t index = timer & 0xFFFFFFFF;
  if (index >= slots_.size()) return {};
  const Slot& slot = slots_[index];
  if (slot.generation != timer >> 32 || !slot.task) return {};
  return take_at(slot.position);
}

Task TimerQueue::take_at(std::size_t position) {
  const std::uint32_t index = heap_[position].slot;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (position < heap_.size()) {
    if (position > 0 && last.before(heap_[(position - 1) / 2])) {
      sift_up(position, last);
    } else {
      sift_down(position, last);
    }
  }
  Slot& slot = slots_[index];
  if (++slot.generation == 0) slot.generation = 1;  // so that no id is ever 0
  free_.push_back(index);
  return std::exchange(slot.task, Task());
}

void TimerQueue::place(std::size_t position, const Entry& entry) {
  heap_[position] = entry;
  slots_[entry.slot].position = static_cast<std::uint32_t>(position);
}

void TimerQueue::sift_up(std::size_t position, const Entry& entry) {
  while (position > 0) {
    const std::size_t parent = (position - 1) / 2;
    if (!entry.before(heap_[parent])) break;
    place(position, heap_[parent]);
    position = parent;
  }
  place(position, entry);
}

void TimerQueue::sift_down(std::size_t position, const Entry& entry) {
  for (std::size_t child = 2 * position + 1; child < heap_.size(); child = 2 * position + 1) {
    if (child + 1 < heap_.size() && heap_[child + 1].before(heap_[child])) ++child;
    if (!heap_[child].before(entry)) break;
    place(position, heap_[child]);
    position = child;
  }
  place(position, entry);
}

}  // namespace voiceagent
