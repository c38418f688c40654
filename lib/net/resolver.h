// Names to addresses, off the loop.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "net/loop.h"
#include "voiceagent/function.h"
#include "voiceagent/status.h"
#include "voiceagent/time.h"

namespace voiceagent::net {

using Addresses = std::vector<std::string>;  // numeric, the one to try first in front

// Whether `host` is an IPv4 or IPv6 address (without brackets) rather than a name.
bool is_address(const std::string& host);

// A question on its way. Dropping it takes the question back: the answer never comes.
class Lookup {
 public:
  virtual ~Lookup() = default;
};

// Asks the system; on the loop. `answer` is called there later, once: with an address at least, or
// kUnavailable. It may drop the lookup.
std::unique_ptr<Lookup> look_up(Loop& loop, const std::string& host,
                                UniqueFunction<void(Result<Addresses>)> answer);

// What the system has answered within the last minute.
class AddressCache {
 public:
  // Null when it isn't known; valid until the cache is changed.
  const Addresses* find(const std::string& host, Time now) const;
  void put(const std::string& host, Addresses addresses, Time now);
  // Nothing answered there: ask again.
  void forget(const std::string& host) { known_.erase(host); }

 private:
  struct Entry {
    Addresses addresses;
    Time until;
  };
  std::unordered_map<std::string, Entry> known_;
};

}  // namespace voiceagent::net
