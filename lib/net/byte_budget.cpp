#include "net/byte_budget.h"

namespace voiceagent::net {

bool ByteBudget::take(const std::string& client, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (bytes > limit_ - held_) return false;
  const auto found = by_client_.find(client);
  const std::size_t present = found == by_client_.end() ? 0 : found->second;
  if (present + bytes > per_client_) return false;
  by_client_[client] = present + bytes;
  held_ += bytes;
  return true;
}

void ByteBudget::give(const std::string& client, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  held_ -= bytes;
  const auto found = by_client_.find(client);
  found->second -= bytes;
  if (found->second == 0) by_client_.erase(found);
}

std::size_t ByteBudget::held() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

ByteShare& ByteShare::operator=(ByteShare&& other) noexcept {
  if (this == &other) return *this;
  clear();
  budget_ = other.budget_;
  client_ = other.client_;
  counted_ = std::exchange(other.counted_, 0);
  return *this;
}

bool ByteShare::hold(std::size_t bytes) {
  const std::size_t counted = bytes > kFree ? bytes - kFree : 0;
  if (counted == counted_ || budget_ == nullptr) return true;
  if (counted > counted_ && !budget_->take(client_, counted - counted_)) return false;
  if (counted < counted_) budget_->give(client_, counted_ - counted);
  counted_ = counted;
  return true;
}

}  // namespace voiceagent::net
