// A double-ended queue in one block that grows when it must and then stays: no allocation after
// warm-up, unlike std::deque.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace voiceagent {

template <class T>
class RingQueue {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  // REQUIRES: i < size().
  T& operator[](std::size_t i) { return slots_[(head_ + i) & mask()]; }
  const T& operator[](std::size_t i) const { return slots_[(head_ + i) & mask()]; }
  T& front() { return (*this)[0]; }
  T& back() { return (*this)[size_ - 1]; }

  void push_back(T value) {
    grow_if_full();
    slots_[(head_ + size_) & mask()] = std::move(value);
    ++size_;
  }
  void push_front(T value) {
    grow_if_full();
    head_ = (head_ + slots_.size() - 1) & mask();
    slots_[head_] = std::move(value);
    ++size_;
  }
  // REQUIRES: !empty().
  T pop_front() {
    T value = std::exchange(slots_[head_], T());
    head_ = (head_ + 1) & mask();
    --size_;
    return value;
  }
  T pop_back() {
    --size_;
    return std::exchange(slots_[(head_ + size_) & mask()], T());
  }
  void clear() {
    while (!empty()) pop_front();
  }

 private:
  std::size_t mask() const { return slots_.size() - 1; }

  void grow_if_full() {
    if (size_ < slots_.size()) return;
    std::vector<T> bigger(slots_.empty() ? 8 : slots_.size() * 2);  // stays a power of two
    for (std::size_t i = 0; i < size_; ++i) bigger[i] = std::move((*this)[i]);
    slots_ = std::move(bigger);
    head_ = 0;
  }

  std::vector<T> slots_;
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace voiceagent
