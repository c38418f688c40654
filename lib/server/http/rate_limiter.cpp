#include "server/http/rate_limiter.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace voiceagent::server {
namespace {

int whole_seconds(double seconds) { return static_cast<int>(std::min(std::ceil(seconds), 1e9)); }

}  // namespace

RateLimiter::RateLimiter(int per_minute, int burst)
    : per_second_(per_minute / 60.0), burst_(std::max(burst, 1)) {}

RateState RateLimiter::take(std::string_view address, Duration now) { return use(address, now, 1); }

RateState RateLimiter::look(std::string_view address, Duration now) { return use(address, now, 0); }

RateState RateLimiter::use(std::string_view address, Duration now, double wanted) {
  if (per_second_ <= 0) return {};
  Shard& shard = shards_[std::hash<std::string_view>()(address) % kShards];
  const std::lock_guard lock(shard.mutex);
  const std::string key(address);
  auto found = shard.buckets.find(key);
  if (found == shard.buckets.end()) {
    make_room(shard, now);
    const Bucket full{static_cast<double>(burst_), now};
    found = shard.buckets.emplace(key, full).first;
  }
  Bucket& bucket = found->second;
  fill(bucket, now);
  RateState state;
  state.allowed = bucket.tokens >= wanted;
  if (state.allowed) bucket.tokens -= wanted;
  state.limit = burst_;
  state.remaining = static_cast<int>(bucket.tokens);
  state.reset_s = whole_seconds((burst_ - bucket.tokens) / per_second_);
  if (bucket.tokens < 1)
    state.retry_s = std::max(1, whole_seconds((1 - bucket.tokens) / per_second_));
  return state;
}

void RateLimiter::fill(Bucket& bucket, Duration now) const {
  const double seconds = std::chrono::duration<double>(now - bucket.at).count();
  if (seconds <= 0) return;
  bucket.tokens = std::min<double>(burst_, bucket.tokens + seconds * per_second_);
  bucket.at = now;
}

// A full bucket says nothing. When none is full, the fuller ones go: whoever floods us keeps his.
void RateLimiter::make_room(Shard& shard, Duration now) {
  constexpr std::size_t kMax = kMaxAddresses / kShards;
  if (shard.buckets.size() < kMax) return;
  double fullest = 0;
  for (auto& [address, bucket] : shard.buckets) {
    fill(bucket, now);
    fullest = std::max(fullest, bucket.tokens);
  }
  std::erase_if(shard.buckets,
                [fullest](const auto& entry) { return entry.second.tokens >= fullest / 2; });
}

void add_rate_headers(const RateState& state, net::HttpHeaders& headers) {
  if (state.limit == 0) return;
  headers.set("ratelimit-limit", std::to_string(state.limit));
  headers.set("ratelimit-remaining", std::to_string(state.remaining));
  headers.set("ratelimit-reset", std::to_string(state.reset_s));
  if (!state.allowed) headers.set("retry-after", std::to_string(state.retry_s));
}

}  // namespace voiceagent::server
