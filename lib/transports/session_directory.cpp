#include "transports/session_directory.h"

#include <utility>
#include <vector>

namespace voiceagent::transports {

Status SessionDirectory::add(const std::string& id, DirectoryEntry entry) {
  const std::lock_guard lock(mutex_);
  if (entries_.try_emplace(id, std::move(entry)).second) return Status::success();
  return failed_precondition("there is a session " + id + " already");
}

void SessionDirectory::remove(std::string_view id) {
  const std::lock_guard lock(mutex_);
  if (const auto found = entries_.find(id); found != entries_.end()) entries_.erase(found);
}

std::optional<DirectoryEntry> SessionDirectory::find(std::string_view id,
                                                     const Principal& who) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return std::nullopt;
  const Principal& owner = found->second.owner;
  const bool both_nameless = owner.anonymous && who.anonymous;
  if (owner.id != who.id && !both_nameless) return std::nullopt;
  return found->second;
}

bool SessionDirectory::contains(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  return entries_.find(id) != entries_.end();
}

std::size_t SessionDirectory::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void SessionDirectory::end_all(CloseReason reason) {
  std::vector<DirectoryEntry> entries;
  {
    const std::lock_guard lock(mutex_);
    entries.reserve(entries_.size());
    for (const auto& [id, entry] : entries_) entries.push_back(entry);
  }
  for (const DirectoryEntry& entry : entries) {
    entry.executor->post([session = entry.session, reason] {
      if (const auto live = session.lock()) live->end(reason);
    });
  }
}

}  // namespace voiceagent::transports
