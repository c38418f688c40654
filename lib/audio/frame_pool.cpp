#include "audio/frame_pool.h"

#include <cassert>
#include <new>

namespace voiceagent {

void FramePtr::release() noexcept {
  if (frame_ == nullptr) return;
  // The last owner must see what the others did with the frame before it is used again.
  if (frame_->references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  frame_->pool_->give_back(frame_);
}

std::shared_ptr<FramePool> FramePool::create(std::size_t max_samples, std::size_t max_free) {
  return std::shared_ptr<FramePool>(new FramePool(max_samples, max_free));
}

FramePool::FramePool(std::size_t max_samples, std::size_t max_free)
    : max_samples_(max_samples), max_free_(max_free) {
  free_.reserve(max_free);
}

FramePool::~FramePool() {
  for (AudioFrame* frame : free_) destroy(frame);
}

AudioFrame* FramePool::make() {
  void* const memory = ::operator new(sizeof(AudioFrame) + max_samples_ * sizeof(std::int16_t));
  allocated_.fetch_add(1, std::memory_order_relaxed);
  return ::new (memory) AudioFrame(*this);
}

void FramePool::destroy(AudioFrame* frame) noexcept {
  frame->~AudioFrame();
  ::operator delete(frame);
}

FramePtr FramePool::take(std::size_t samples) {
  assert(samples <= max_samples_);
  AudioFrame* frame = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (out_++ == 0) self_ = shared_from_this();
    if (!free_.empty()) {
      frame = free_.back();
      free_.pop_back();
    }
  }
  if (frame == nullptr) frame = make();
  frame->size_ = static_cast<std::uint32_t>(samples);
  frame->references_.store(1, std::memory_order_relaxed);
  return FramePtr(frame);
}

void FramePool::give_back(AudioFrame* frame) noexcept {
  std::shared_ptr<FramePool> last;  // it may be the pool's last owner: let go of without the lock
  {
    const std::lock_guard lock(mutex_);
    if (--out_ == 0) last = std::move(self_);
    if (free_.size() < max_free_) {
      free_.push_back(frame);
      return;
    }
  }
  destroy(frame);
}

}  // namespace voiceagent
