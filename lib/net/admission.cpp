#include "net/admission.h"

namespace voiceagent::net {

namespace {

// So many beyond the limits are told why.
constexpr std::size_t kMaxBeingRefused = 256;

}  // namespace

Verdict Admission::enter(const IpAddress& address, bool exempt) {
  const std::lock_guard lock(mutex_);
  ++open_;
  Verdict verdict = Verdict::kWelcome;
  if (open_ - being_refused_ > total_) {
    verdict = Verdict::kServerFull;
  } else if (per_address_ != 0 && !exempt && by_address_[address] >= per_address_) {
    verdict = Verdict::kAddressFull;
  }
  if (verdict == Verdict::kWelcome) {
    ++accepted_;
    if (per_address_ != 0) ++by_address_[address];
    return verdict;
  }
  ++refused_;
  ++being_refused_;
  return being_refused_ > kMaxBeingRefused ? Verdict::kOverrun : verdict;
}

void Admission::leave(const IpAddress& address, Verdict verdict) {
  const std::lock_guard lock(mutex_);
  if (verdict != Verdict::kWelcome) {
    --being_refused_;
  } else {
    uncount(address);
  }
  if (--open_ == 0) empty_.notify_all();
}

bool Admission::enter_client(const IpAddress& client) {
  const std::lock_guard lock(mutex_);
  if (per_address_ == 0) return true;
  std::size_t& count = by_address_[client];
  if (count >= per_address_) {
    ++refused_;
    return false;
  }
  ++count;
  return true;
}

void Admission::leave_client(const IpAddress& client) {
  const std::lock_guard lock(mutex_);
  uncount(client);
}

void Admission::uncount(const IpAddress& address) {
  if (per_address_ == 0) return;
  const auto found = by_address_.find(address);
  if (--found->second == 0) by_address_.erase(found);
}

bool Admission::wait_empty(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return empty_.wait_until(lock, deadline, [this] { return open_ == 0; });
}

std::size_t Admission::open() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

std::uint64_t Admission::accepted() const {
  const std::lock_guard lock(mutex_);
  return accepted_;
}

std::uint64_t Admission::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

}  // namespace voiceagent::net
