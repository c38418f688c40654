// How many bytes of what clients send a server holds until it is dealt with, and who may hold more.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace voiceagent::net {

// Any thread.
class ByteBudget {
 public:
  // One client may hold `per_client` of it at most; 0: all of it.
  explicit ByteBudget(std::size_t limit, std::size_t per_client = 0)
      : limit_(limit), per_client_(per_client == 0 ? limit : per_client) {}

  // False: there is no room, or not for this client, and nothing is taken.
  bool take(const std::string& client, std::size_t bytes);
  // Of what this client has taken.
  void give(const std::string& client, std::size_t bytes);
  std::size_t held() const;

 private:
  const std::size_t limit_;
  const std::size_t per_client_;
  mutable std::mutex mutex_;
  std::size_t held_ = 0;
  std::unordered_map<std::string, std::size_t> by_client_;  // those that hold something
};

// What one holder has of a budget; it is given back when this goes, on any thread.
class ByteShare {
 public:
  // So much every holder may have, whoever else holds what: as much as headers may take, and enough
  // for a conversation to go on.
  static constexpr std::size_t kFree = 16 * 1024;

  // Without a budget there is no limit. `client` is the address that it counts for.
  explicit ByteShare(std::shared_ptr<ByteBudget> budget = nullptr, std::string client = {})
      : budget_(std::move(budget)), client_(std::move(client)) {}
  ~ByteShare() { clear(); }
  ByteShare(ByteShare&& other) noexcept
      : budget_(other.budget_),
        client_(other.client_),
        counted_(std::exchange(other.counted_, 0)) {}
  ByteShare& operator=(ByteShare&& other) noexcept;

  // The holder has so many bytes now. False: there is no room for them, and the share stays what it
  // was.
  bool hold(std::size_t bytes);
  void clear() { hold(0); }

 private:
  std::shared_ptr<ByteBudget> budget_;
  std::string client_;
  std::size_t counted_ = 0;
};

}  // namespace voiceagent::net
