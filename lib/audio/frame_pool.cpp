#include "audio/frame_pool.h"

#include <cassert>

namespace voiceagent {

void FramePtr::release() noexcept {
  if (frame_ == nullptr) return;
  // The last owner must see what the others did with the frame before it is used again.
  if (frame_->references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  // This may be the pool's last owner too: it has to live until the frame is back.
  const std::shared_ptr<FramePool> pool = std::move(frame_->pool_);
  pool->give_back(frame_);
}

std::shared_ptr<FramePool> FramePool::create(std::size_t max_samples, std::size_t max_free) {
  return std::shared_ptr<FramePool>(new FramePool(max_samples, max_free));
}

FramePool::FramePool(std::size_t max_samples, std::size_t max_free)
    : max_samples_(max_samples), max_free_(max_free) {
  free_.reserve(max_free);
}

FramePool::~FramePool() {
  for (AudioFrame* frame : free_) delete frame;
}

FramePtr FramePool::take(std::size_t samples) {
  assert(samples <= max_samples_);
  AudioFrame* frame = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      frame = free_.back();
      free_.pop_back();
    }
  }
  if (frame == nullptr) {
    auto fresh = std::make_unique<AudioFrame>();
    fresh->data_ = std::make_unique_for_overwrite<std::int16_t[]>(max_samples_);
    frame = fresh.release();
    allocated_.fetch_add(1, std::memory_order_relaxed);
  }
  frame->size_ = samples;
  frame->pool_ = shared_from_this();
  frame->references_.store(1, std::memory_order_relaxed);
  return FramePtr(frame);
}

void FramePool::give_back(AudioFrame* frame) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (free_.size() < max_free_) {
      free_.push_back(frame);
      return;
    }
  }
  delete frame;
}

}  // namespace voiceagent
