// A queue in one block of memory that grows when it must and is then used again and again: nothing
// is allocated once it has been as long as it gets.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace voiceagent {

// A double-ended queue. T needs a default value, to which left places are reset. Not thread-safe.
template <class T>
class Ring {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  void push_back(T value) {
    if (size_ == slots_.size()) grow();
    slots_[index(size_)] = std::move(value);
    ++size_;
  }

  void push_front(T value) {
    if (size_ == slots_.size()) grow();
    head_ = index(slots_.size() - 1);
    slots_[head_] = std::move(value);
    ++size_;
  }

  // REQUIRES: i < size().
  T& operator[](std::size_t i) { return slots_[index(i)]; }
  const T& operator[](std::size_t i) const { return slots_[index(i)]; }
  // REQUIRES: !empty().
  T& front() { return slots_[head_]; }
  const T& front() const { return slots_[head_]; }
  T& back() { return slots_[index(size_ - 1)]; }
  // Takes the first one out. REQUIRES: !empty().
  T pop_front() {
    T value = std::exchange(slots_[head_], T());
    head_ = index(1);
    --size_;
    return value;
  }
  // Takes the last one out. REQUIRES: !empty().
  T pop_back() {
    --size_;
    return std::exchange(slots_[index(size_)], T());
  }
  void clear() {
    while (!empty()) pop_front();
  }

 private:
  std::size_t index(std::size_t offset) const { return (head_ + offset) & (slots_.size() - 1); }

  void grow() {
    std::vector<T> larger(slots_.empty() ? 4 : slots_.size() * 2);  // always a power of two
    for (std::size_t i = 0; i < size_; ++i) larger[i] = std::move(slots_[index(i)]);
    slots_.swap(larger);
    head_ = 0;
  }

  std::vector<T> slots_;
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace voiceagent
