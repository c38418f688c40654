#include "voiceagent/event_bus.h"

#include <algorithm>
#include <vector>

namespace voiceagent {
namespace {

// Handlers are on the heap one by one, so that one may add others while it runs. What is asked of
// each event lies together: most events concern hardly anybody.
template <class Handler>
struct Entry {
  std::uint64_t id;
  EventSet kinds;
  std::unique_ptr<Handler> handler;
  bool live = true;
};

// In the order of their ids.
template <class Handler>
class List {
 public:
  void add(std::uint64_t id, EventSet kinds, Handler handler) {
    entries_.push_back({id, kinds, std::make_unique<Handler>(std::move(handler))});
  }
  void mark_dead(std::uint64_t id) {
    for (auto& entry : entries_) {
      if (entry.id == id) entry.live = false;
    }
  }
  void sweep() {
    std::erase_if(entries_, [](const auto& entry) { return !entry.live; });
  }
  // Calls each handler of `kind` that was there when the event came; newer ones have greater ids.
  template <class Call>
  void each(EventKind kind, std::uint64_t newest, Call call) const {
    for (std::size_t i = 0; i < entries_.size() && entries_[i].id <= newest; ++i) {
      const Entry<Handler>& entry = entries_[i];
      if (entry.live && entry.kinds.contains(kind)) call(*entry.handler);
    }
  }

 private:
  std::vector<Entry<Handler>> entries_;
};

}  // namespace

struct EventBus::Table {
  EventSet typed_kinds{0};  // that have ever had a subscriber of their own
  List<AllHandler> all;
  List<Handler> typed;
  std::uint64_t last_id = 0;
  int depth = 0;
  bool dirty = false;

  void remove(std::uint64_t id) {
    typed.mark_dead(id);
    all.mark_dead(id);
    dirty = true;
    if (depth == 0) sweep();
  }

  void sweep() {
    if (!dirty) return;
    dirty = false;
    typed.sweep();
    all.sweep();
  }
};

struct Subscription::Access {
  static EventBus::Table* table(void* p) { return static_cast<EventBus::Table*>(p); }
};

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  if (this != &other) {
    reset();
    table_ = std::move(other.table_);
    id_ = other.id_;
    other.table_.reset();
  }
  return *this;
}

void Subscription::reset() {
  if (const std::shared_ptr<void> table = table_.lock()) Access::table(table.get())->remove(id_);
  table_.reset();
}

EventBus::EventBus() : table_(std::make_shared<Table>()) {}
EventBus::~EventBus() = default;

// The one that comes next.
Subscription EventBus::subscription(EventSet kinds) {
  wanted_.bits_ |= kinds.bits_;
  Subscription subscription;
  subscription.table_ = table_;
  subscription.id_ = ++table_->last_id;
  return subscription;
}

Subscription EventBus::add(EventKind kind, Handler handler) {
  Subscription made = subscription(EventSet::of(kind));
  table_->typed_kinds = table_->typed_kinds.with(kind);
  table_->typed.add(made.id_, EventSet::of(kind), std::move(handler));
  return made;
}

Subscription EventBus::subscribe_all(AllHandler handler, EventSet kinds) {
  Subscription made = subscription(kinds);
  table_->all.add(made.id_, kinds, std::move(handler));
  return made;
}

void EventBus::deliver_any(const void* event, const AnyEvent& any) {
  Table& table = *table_;
  const std::uint64_t newest = table.last_id;
  ++table.depth;
  if (table.typed_kinds.contains(any.kind())) {
    table.typed.each(any.kind(), newest, [&](Handler& handler) { handler(event, any.envelope()); });
  }
  table.all.each(any.kind(), newest, [&](AllHandler& handler) { handler(any); });
  if (--table.depth == 0) table.sweep();
}

}  // namespace voiceagent
