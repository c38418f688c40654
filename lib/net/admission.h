// How many connections there are, and who may have one more.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "net/ip_address.h"

namespace voiceagent::net {

enum class Verdict {
  kWelcome,
  kServerFull,   // 503
  kAddressFull,  // 429
  kOverrun,      // too many are being refused already: closed without an answer
};

// Any thread.
class Admission {
 public:
  // `per_address` 0: no limit of its own.
  Admission(std::size_t total, std::size_t per_address)
      : total_(total), per_address_(per_address) {}

  // Counts one more, whatever the verdict is; `leave` with the same follows.
  Verdict enter(const IpAddress& address, bool exempt);
  void leave(const IpAddress& address, Verdict verdict);

  // Waits until nobody is left; false when somebody is.
  bool wait_empty(std::chrono::steady_clock::time_point deadline);
  std::size_t open() const;
  std::uint64_t accepted() const;
  std::uint64_t refused() const;

 private:
  const std::size_t total_;
  const std::size_t per_address_;
  mutable std::mutex mutex_;
  std::condition_variable empty_;
  std::size_t open_ = 0;
  std::size_t being_refused_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t refused_ = 0;
  std::unordered_map<IpAddress, std::size_t, IpAddress::Hash> by_address_;
};

// A connection's place.
class Place {
 public:
  Place(std::shared_ptr<Admission> admission, const IpAddress& address, Verdict verdict)
      : admission_(std::move(admission)), address_(address), verdict_(verdict) {}
  Place(Place&&) = default;
  Place& operator=(Place&&) = delete;
  ~Place() {
    if (admission_) admission_->leave(address_, verdict_);
  }

  const IpAddress& address() const { return address_; }
  Verdict verdict() const { return verdict_; }

 private:
  std::shared_ptr<Admission> admission_;
  IpAddress address_;
  Verdict verdict_;
};

}  // namespace voiceagent::net
