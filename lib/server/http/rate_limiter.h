// So many requests a minute for each address: token buckets in a table that can't grow.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "net/http.h"
#include "voiceagent/time.h"

namespace voiceagent::server {

// What is left to an address.
struct RateState {
  bool allowed = true;
  int limit = 0;      // requests at once; 0: there is no limit
  int remaining = 0;  // of them
  int reset_s = 0;    // until all of them are there again
  int retry_s = 0;    // until there is one; 0: there is
};

// Any thread.
class RateLimiter {
 public:
  // `per_minute` 0: no limit.
  RateLimiter(int per_minute, int burst);

  // Takes a token of `address` at `now`, on a clock that never goes back.
  RateState take(std::string_view address, Duration now);
  // What take() would find, without taking.
  RateState look(std::string_view address, Duration now);

  // Addresses that are remembered at most.
  static constexpr std::size_t kMaxAddresses = std::size_t{64} * 1024;

 private:
  static constexpr std::size_t kShards = 16;
  struct Bucket {
    double tokens = 0;
    Duration at{0};
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, Bucket> buckets;
  };

  RateState use(std::string_view address, Duration now, double wanted);
  void fill(Bucket& bucket, Duration now) const;
  void make_room(Shard& shard, Duration now);

  const double per_second_;
  const int burst_;
  std::array<Shard, kShards> shards_;
};

// RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset; Retry-After when nothing is left.
void add_rate_headers(const RateState& state, net::HttpHeaders& headers);

}  // namespace voiceagent::server
