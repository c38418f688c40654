#include "server/host/clip_store.h"

#include <utility>

#include "base/ids.h"

namespace voiceagent::server {

Result<std::string> ClipStore::keep(const transports::Principal& owner, transports::Clip clip,
                                    Duration now) {
  const std::size_t size = clip.bytes.size();
  if (size > max_bytes_) {
    return resource_exhausted("the speech has " + std::to_string(size) +
                              " bytes: more than the server keeps");
  }
  std::string name = random_id();
  auto kept = std::make_shared<const transports::Clip>(std::move(clip));
  const std::lock_guard lock(mutex_);
  drop_expired(now);
  while (bytes_ + size > max_bytes_) drop_oldest();
  entries_.emplace(name, Entry{std::move(kept), owner, now + lifetime_});
  order_.push_back(name);
  bytes_ += size;
  return name;
}

std::shared_ptr<const transports::Clip> ClipStore::find(std::string_view name,
                                                        const transports::Principal& who,
                                                        Duration now) {
  const std::lock_guard lock(mutex_);
  drop_expired(now);
  const auto found = entries_.find(std::string(name));
  if (found == entries_.end()) return nullptr;
  const transports::Principal& owner = found->second.owner;
  return owner.anonymous || owner.id == who.id ? found->second.clip : nullptr;
}

ClipStatistics ClipStore::statistics() const {
  const std::lock_guard lock(mutex_);
  return {entries_.size(), bytes_};
}

void ClipStore::drop_oldest() {
  const auto oldest = entries_.find(order_.front());
  bytes_ -= oldest->second.clip->bytes.size();
  entries_.erase(oldest);
  order_.pop_front();
}

void ClipStore::drop_expired(Duration now) {
  while (!order_.empty() && entries_.find(order_.front())->second.expires <= now) drop_oldest();
}

}  // namespace voiceagent::server
