// Spans that wait to be sent, from all threads, bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <utility>

namespace voiceagent::server {

// Spans as text (objects with commas between them), and how many.
struct SpanBatch {
  std::string spans;
  std::size_t count = 0;
};

// Any thread.
class SpanQueue {
 public:
  explicit SpanQueue(std::size_t max_spans) : max_spans_(max_spans) {}

  // How many wait now; 0 when there was no room for these, and they were dropped.
  std::size_t add(SpanBatch batch) {
    const std::lock_guard lock(mutex_);
    if (waiting_ + batch.count > max_spans_) return 0;
    waiting_ += batch.count;
    batches_.push_back(std::move(batch));
    return waiting_;
  }

  // The oldest, together `max` at most, or else the first alone.
  SpanBatch take(std::size_t max) {
    const std::lock_guard lock(mutex_);
    SpanBatch taken;
    while (!batches_.empty() && (taken.count == 0 || taken.count + batches_.front().count <= max)) {
      if (taken.count > 0) taken.spans += ',';
      taken.spans += batches_.front().spans;
      taken.count += batches_.front().count;
      batches_.pop_front();
    }
    waiting_ -= taken.count;
    return taken;
  }

  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_;
  }

 private:
  const std::size_t max_spans_;
  mutable std::mutex mutex_;
  std::deque<SpanBatch> batches_;
  std::size_t waiting_ = 0;
};

}  // namespace voiceagent::server
