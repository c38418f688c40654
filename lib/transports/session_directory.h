// Which sessions there are in this process, and where they live: so that a connection on any loop
// can take one up again.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "transports/transport_host.h"
#include "voiceagent/executor.h"

namespace voiceagent::transports {

// A session as its transport keeps it. On its executor.
class LiveSession {
 public:
  virtual ~LiveSession() = default;
  virtual void end(CloseReason reason) = 0;
};

struct DirectoryEntry {
  std::shared_ptr<Executor> executor;
  std::weak_ptr<LiveSession> session;  // to be locked on the executor alone
  Principal owner;
};

// Any thread. Not asked while audio flows: only when sessions begin, end and are resumed.
class SessionDirectory {
 public:
  // kFailedPrecondition when there is one of that id.
  Status add(const std::string& id, DirectoryEntry entry);
  void remove(std::string_view id);
  // The session of that id, if `who` may have it; what belongs to somebody else does not exist.
  std::optional<DirectoryEntry> find(std::string_view id, const Principal& who) const;
  // Whether there is one, whosoever.
  bool contains(std::string_view id) const;
  std::size_t size() const;
  // Ends them all, each on its executor.
  void end_all(CloseReason reason);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view id) const { return std::hash<std::string_view>()(id); }
  };

  mutable std::mutex mutex_;
  std::unordered_map<std::string, DirectoryEntry, Hash, std::equal_to<>> entries_;
};

}  // namespace voiceagent::transports
