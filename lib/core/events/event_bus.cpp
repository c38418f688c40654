#include "voiceagent/event_bus.h"

#include <algorithm>
#include <array>
#include <vector>

namespace voiceagent {
namespace {

// Entries are on the heap one by one, so that a handler may add others while it runs.
template <class Handler>
struct Entry {
  std::uint64_t id = 0;
  bool live = true;
  Handler handler;
};

template <class Handler>
using List = std::vector<std::unique_ptr<Entry<Handler>>>;

constexpr std::size_t kAllList = kEventKinds;

template <class Handler>
void mark_dead(List<Handler>& list, std::uint64_t id) {
  for (auto& entry : list) {
    if (entry->id == id) entry->live = false;
  }
}

template <class Handler>
void sweep(List<Handler>& list) {
  std::erase_if(list, [](const auto& entry) { return !entry->live; });
}

}  // namespace

struct EventBus::Table {
  std::array<List<Handler>, kEventKinds> lists;
  List<AllHandler> all;
  std::uint64_t last_id = 0;
  int depth = 0;
  bool dirty = false;

  void remove(std::size_t list, std::uint64_t id) {
    if (list == kAllList) {
      mark_dead(all, id);
    } else {
      mark_dead(lists[list], id);
    }
    dirty = true;
    if (depth == 0) sweep_all();
  }

  void sweep_all() {
    if (!dirty) return;
    dirty = false;
    for (auto& list : lists) sweep(list);
    sweep(all);
  }

  // Calls each handler that was there when the event came.
  template <class Handler, class Call>
  void each(List<Handler>& list, Call call) {
    const std::size_t count = list.size();
    if (count == 0) return;
    ++depth;
    for (std::size_t i = 0; i < count; ++i) {
      if (list[i]->live) call(list[i]->handler);
    }
    if (--depth == 0) sweep_all();
  }
};

struct Subscription::Access {
  static EventBus::Table* table(void* p) { return static_cast<EventBus::Table*>(p); }
};

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  if (this != &other) {
    reset();
    table_ = std::move(other.table_);
    list_ = other.list_;
    id_ = other.id_;
    other.table_.reset();
  }
  return *this;
}

void Subscription::reset() {
  if (const std::shared_ptr<void> table = table_.lock()) {
    Access::table(table.get())->remove(list_, id_);
  }
  table_.reset();
}

EventBus::EventBus() : table_(std::make_shared<Table>()) {}
EventBus::~EventBus() = default;

Subscription EventBus::add(std::size_t list, Handler handler) {
  auto entry = std::make_unique<Entry<Handler>>();
  entry->id = ++table_->last_id;
  entry->handler = std::move(handler);
  table_->lists[list].push_back(std::move(entry));
  Subscription subscription;
  subscription.table_ = table_;
  subscription.list_ = list;
  subscription.id_ = table_->last_id;
  return subscription;
}

Subscription EventBus::subscribe_all(AllHandler handler) {
  auto entry = std::make_unique<Entry<AllHandler>>();
  entry->id = ++table_->last_id;
  entry->handler = std::move(handler);
  table_->all.push_back(std::move(entry));
  Subscription subscription;
  subscription.table_ = table_;
  subscription.list_ = kAllList;
  subscription.id_ = table_->last_id;
  return subscription;
}

void EventBus::deliver_to(std::size_t list, const void* event, const EventEnvelope& envelope) {
  table_->each(table_->lists[list], [&](Handler& handler) { handler(event, envelope); });
}

void EventBus::deliver_to_all(const AnyEvent& event) {
  table_->each(table_->all, [&](AllHandler& handler) { handler(event); });
}

bool EventBus::wants_all() const { return !table_->all.empty(); }

}  // namespace voiceagent
