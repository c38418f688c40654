// How many bytes of what clients send a server holds until it is dealt with, and who may hold more.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace voiceagent::net {

// Any thread.
class ByteBudget {
 public:
  explicit ByteBudget(std::size_t limit) : limit_(limit) {}

  // False: there is no room, and nothing is taken.
  bool take(std::size_t bytes) {
    if (held_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= limit_) return true;
    give(bytes);
    return false;
  }
  void give(std::size_t bytes) { held_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::size_t held() const { return held_.load(std::memory_order_relaxed); }

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> held_ = 0;
};

// What one holder has of a budget; it is given back when this goes, on any thread.
class ByteShare {
 public:
  // So much every holder may have, whoever else holds what: as much as headers may take, and enough
  // for a conversation to go on.
  static constexpr std::size_t kFree = 16 * 1024;

  // Without a budget there is no limit.
  explicit ByteShare(std::shared_ptr<ByteBudget> budget = nullptr) : budget_(std::move(budget)) {}
  ~ByteShare() { clear(); }
  ByteShare(ByteShare&& other) noexcept
      : budget_(other.budget_), counted_(std::exchange(other.counted_, 0)) {}
  ByteShare(const ByteShare&) = delete;
  ByteShare& operator=(const ByteShare&) = delete;

  // The holder has so many bytes now. False: there is no room for them, and the share stays what it
  // was.
  bool hold(std::size_t bytes) {
    const std::size_t counted = bytes > kFree ? bytes - kFree : 0;
    if (counted == counted_ || budget_ == nullptr) return true;
    if (counted > counted_ && !budget_->take(counted - counted_)) return false;
    if (counted < counted_) budget_->give(counted_ - counted);
    counted_ = counted;
    return true;
  }
  void clear() { hold(0); }

 private:
  const std::shared_ptr<ByteBudget> budget_;
  std::size_t counted_ = 0;
};

}  // namespace voiceagent::net
