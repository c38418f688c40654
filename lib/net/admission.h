// How many connections there are, and who may have one more.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
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
  // Counts what a client has through a proxy as if it were a connection from its address; false:
  // there are as many as may be. `leave_client` follows what was counted.
  bool enter_client(const IpAddress& client);
  void leave_client(const IpAddress& client);

  // Waits until nobody is left; false when somebody is.
  bool wait_empty(std::chrono::steady_clock::time_point deadline);
  std::size_t open() const;
  std::uint64_t accepted() const;
  std::uint64_t refused() const;

 private:
  void uncount(const IpAddress& address);  // under the lock

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
    if (!admission_) return;
    dismiss_client();
    admission_->leave(address_, verdict_);
  }

  // The connection is one client's alone, who comes through a proxy, until it ends or the client is
  // dismissed. False: that client has as many as it may. REQUIRES: it has no client yet.
  bool admit_client(const IpAddress& client) {
    if (!admission_->enter_client(client)) return false;
    client_ = client;
    return true;
  }
  void dismiss_client() {
    if (client_) admission_->leave_client(*client_);
    client_.reset();
  }

  const IpAddress& address() const { return address_; }
  Verdict verdict() const { return verdict_; }

 private:
  std::shared_ptr<Admission> admission_;
  IpAddress address_;
  std::optional<IpAddress> client_;
  Verdict verdict_;
};

}  // namespace voiceagent::net
