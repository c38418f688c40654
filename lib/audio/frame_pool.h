// Audio frames from a pool: reference counted, immutable once shared, given back instead of freed.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace voiceagent {

class FramePool;

// One block of samples, which follow it in memory. Written by whoever took it from the pool, before
// it is shared.
class AudioFrame {
 public:
  std::span<std::int16_t> samples() { return {reinterpret_cast<std::int16_t*>(this + 1), size_}; }
  std::span<const std::int16_t> samples() const {
    return {reinterpret_cast<const std::int16_t*>(this + 1), size_};
  }

 private:
  friend class FramePool;
  friend class FramePtr;
  explicit AudioFrame(FramePool& pool) : pool_(&pool) {}
  FramePool* const pool_;
  std::uint32_t size_ = 0;
  std::atomic<int> references_{0};
};

// Shared ownership of a frame; the last one gives it back to its pool. Any thread.
class FramePtr {
 public:
  FramePtr() = default;
  FramePtr(const FramePtr& other) : frame_(other.frame_) {
    if (frame_ != nullptr) frame_->references_.fetch_add(1, std::memory_order_relaxed);
  }
  FramePtr(FramePtr&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  FramePtr& operator=(FramePtr other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~FramePtr() { release(); }

  explicit operator bool() const { return frame_ != nullptr; }
  AudioFrame* operator->() const { return frame_; }
  AudioFrame& operator*() const { return *frame_; }

 private:
  friend class FramePool;
  explicit FramePtr(AudioFrame* frame) : frame_(frame) {}
  void release() noexcept;
  AudioFrame* frame_ = nullptr;
};

// Frames of up to max_samples, allocated when first needed; at most max_free wait for re-use.
class FramePool : public std::enable_shared_from_this<FramePool> {
 public:
  static std::shared_ptr<FramePool> create(std::size_t max_samples, std::size_t max_free);
  ~FramePool();
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;

  // A frame of `samples` samples, not cleared, with one owner. REQUIRES: samples <= max_samples().
  FramePtr take(std::size_t samples);
  std::size_t max_samples() const { return max_samples_; }
  // How many frames were ever allocated: it stands still while they are used again.
  std::size_t allocated() const { return allocated_.load(std::memory_order_relaxed); }

 private:
  friend class FramePtr;
  FramePool(std::size_t max_samples, std::size_t max_free);
  AudioFrame* make();
  static void destroy(AudioFrame* frame) noexcept;
  void give_back(AudioFrame* frame) noexcept;

  const std::size_t max_samples_;
  const std::size_t max_free_;
  std::mutex mutex_;
  std::vector<AudioFrame*> free_;
  std::size_t out_ = 0;              // frames that somebody has
  std::shared_ptr<FramePool> self_;  // while there are any
  std::atomic<std::size_t> allocated_{0};
};

}  // namespace voiceagent
