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

  // Calls each handler that was there when the event came; newer ones have greater ids.
  template <class Handler, class Call>
  static void each(const List<Handler>& list, std::uint64_t newest, Call call) {
    for (std::size_t i = 0; i < list.size() && list[i]->id <= newest; ++i) {
      if (list[i]->live) call(list[i]->handler);
    }
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

void EventBus::deliver_any(const void* event, const AnyEvent& any) {
  const std::uint64_t newest = table_->last_id;
  ++table_->depth;
  Table::each(table_->lists[static_cast<std::size_t>(any.kind())], newest,
              [&](Handler& handler) { handler(event, any.envelope()); });
  Table::each(table_->all, newest, [&](AllHandler& handler) { handler(any); });
  if (--table_->depth == 0) table_->sweep_all();
}

}  // namespace voiceagent
