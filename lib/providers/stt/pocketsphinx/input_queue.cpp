#include "providers/stt/pocketsphinx/input_queue.h"

#include <algorithm>

namespace voiceagent::pocketsphinx {
namespace {

constexpr std::size_t kMaxSamples = 15 * 16'000;

}  // namespace

bool InputQueue::push(std::span<const std::int16_t> samples) {
  if (samples.empty()) return true;
  if (!samples_.empty() && samples_.size() + samples.size() > kMaxSamples) {
    refused_ = samples.size();
    return false;
  }
  for (const std::int16_t sample : samples) samples_.push_back(sample);
  pushed_ += static_cast<std::int64_t>(samples.size());
  return true;
}

void InputQueue::mark() {
  if (marks_.empty() || marks_.back().place != pushed_) marks_.push_back({pushed_, 0});
  ++marks_.back().count;
  marked_ = pushed_;
}

std::size_t InputQueue::take(std::span<std::int16_t> samples) {
  const std::size_t count = std::min(samples.size(), until_mark());
  for (std::int16_t& sample : samples.first(count)) sample = samples_.pop_front();
  return count;
}

std::size_t InputQueue::until_mark() const {
  if (marks_.empty()) return samples_.size();
  const std::int64_t behind = pushed_ - marks_[0].place;
  return samples_.size() - static_cast<std::size_t>(behind);
}

bool InputQueue::take_mark() {
  if (marks_.empty() || until_mark() > 0) return false;
  if (--marks_.front().count == 0) marks_.pop_front();
  if (samples_.empty()) samples_ = {};  // after a backlog it is large
  return true;
}

bool InputQueue::take_room() {
  if (refused_ == 0) return false;
  if (!samples_.empty() && samples_.size() + refused_ > kMaxSamples) return false;
  refused_ = 0;
  return true;
}

}  // namespace voiceagent::pocketsphinx
