#include "net/connection_set.h"

#include <utility>

namespace voiceagent::net {

namespace {

constexpr std::size_t kReadBuffer = 64 * 1024;

}  // namespace

ConnectionSet::ConnectionSet(std::shared_ptr<Loop> loop, Duration tick_period,
                             std::shared_ptr<ByteBudget> incoming)
    : loop_(std::move(loop)),
      tick_period_(tick_period),
      incoming_(std::move(incoming)),
      read_buffer_(kReadBuffer) {}

void ConnectionSet::add(const std::shared_ptr<Connection>& connection) {
  connections_.emplace(connection.get(), connection);
  open_.store(connections_.size(), std::memory_order_relaxed);
  schedule_tick();
}

void ConnectionSet::remove(Connection* connection) {
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  const std::shared_ptr<Connection> last = std::move(found->second);
  connections_.erase(found);
  open_.store(connections_.size(), std::memory_order_relaxed);
}

std::vector<std::shared_ptr<Connection>> ConnectionSet::all() const {
  std::vector<std::shared_ptr<Connection>> result;
  result.reserve(connections_.size());
  for (const auto& [key, connection] : connections_) result.push_back(connection);
  return result;
}

std::string& ConnectionSet::outgoing(Outbox::Writer& writer) {
  if (outbox_.empty()) {
    loop_->at_round_end([self = shared_from_this()] { self->outbox_.flush(); });
  }
  return outbox_.next(writer);
}

void ConnectionSet::schedule_tick() {
  if (ticking_ || connections_.empty()) return;
  ticking_ = true;
  loop_->post_after(tick_period_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->tick();
  });
}

void ConnectionSet::tick() {
  ticking_ = false;
  const Time now = loop_->now();
  for (const auto& connection : all()) connection->tick(now);
  schedule_tick();
}

}  // namespace voiceagent::net
