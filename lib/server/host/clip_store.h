// Pieces of speech that clients fetch by URL: for a while, in bounded memory, under names that
// nobody can guess.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "transports/transport_host.h"
#include "voiceagent/status.h"
#include "voiceagent/time.h"

namespace voiceagent::server {

struct ClipStatistics {
  std::size_t clips = 0;
  std::size_t bytes = 0;
};

// Any thread. Times are on a clock that never goes back.
class ClipStore {
 public:
  ClipStore(Duration lifetime, std::size_t max_bytes)
      : lifetime_(lifetime), max_bytes_(max_bytes) {}

  // Keeps a clip of `owner`; the oldest make room. Returns its name. kResourceExhausted when it is
  // larger than the whole store.
  Result<std::string> keep(const transports::Principal& owner, transports::Clip clip, Duration now);
  // The clip of that name, if `who` may have it: the owner, and anybody if the owner has no name.
  // Null when there is none, or no longer.
  std::shared_ptr<const transports::Clip> find(std::string_view name,
                                               const transports::Principal& who, Duration now);
  ClipStatistics statistics() const;

 private:
  struct Entry {
    std::shared_ptr<const transports::Clip> clip;
    transports::Principal owner;
    Duration expires{0};
  };

  void drop_oldest();
  void drop_expired(Duration now);

  const Duration lifetime_;
  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
  std::deque<std::string> order_;  // oldest first; all live equally long
  std::size_t bytes_ = 0;
};

}  // namespace voiceagent::server
