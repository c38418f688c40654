/// @file
/// The typed event bus of a session: who wants to know something subscribes here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include "voiceagent/events.h"
#include "voiceagent/export.h"
#include "voiceagent/function.h"

namespace voiceagent {

class EventBus;

/// A subscription that ends with this object. Destroy it on the session's executor, or after the
/// session has closed; inside a handler is fine, its own one too.
class VOICEAGENT_EXPORT Subscription {
 public:
  /// Subscribed to nothing.
  Subscription() = default;
  Subscription(Subscription&&) noexcept = default;
  /// Ends the present subscription and takes over the other.
  Subscription& operator=(Subscription&& other) noexcept;
  ~Subscription() { reset(); }

  /// Ends it now: the handler is not called again.
  void reset();
  /// Lets it last as long as the bus.
  void release() { table_.reset(); }
  /// Whether it stands (the bus may be gone all the same).
  explicit operator bool() const { return !table_.expired(); }

 private:
  friend class EventBus;
  struct Access;
  friend struct Access;
  std::weak_ptr<void> table_;
  std::size_t list_ = 0;
  std::uint64_t id_ = 0;
};

/// Delivers each event to all its subscribers, in the order of their subscribing, before the next
/// one is published. Everything happens on the session's executor; nothing is allocated to publish.
class VOICEAGENT_EXPORT EventBus {
 public:
  EventBus();
  ~EventBus();
  EventBus(const EventBus&) = delete;
  EventBus& operator=(const EventBus&) = delete;

  /// Calls `handler(const E&)` or `handler(const E&, const EventEnvelope&)` for every E. A handler
  /// may subscribe, unsubscribe, and call the session, closing it too: such commands are carried
  /// out after the event has reached everybody. It must not throw. Session's executor.
  template <class E, class Handler>
  [[nodiscard]] Subscription subscribe(Handler&& handler) {
    return add(static_cast<std::size_t>(E::kKind),
               [handler = std::forward<Handler>(handler)](const void* event,
                                                          const EventEnvelope& envelope) mutable {
                 const E& typed = *static_cast<const E*>(event);
                 if constexpr (std::is_invocable_v<Handler&, const E&, const EventEnvelope&>) {
                   handler(typed, envelope);
                 } else {
                   handler(typed);
                 }
               });
  }

  /// Calls `handler(const AnyEvent&)` for every event, after the event's own subscribers.
  [[nodiscard]] Subscription subscribe_all(UniqueFunction<void(const AnyEvent&)> handler);

 protected:
  /// Delivers `event`; the engine's side. Not from inside a handler.
  template <class E>
  void deliver(const E& event, const EventEnvelope& envelope) {
    deliver_any(&event, AnyEvent(event, envelope));
  }

 private:
  using Handler = UniqueFunction<void(const void*, const EventEnvelope&)>;
  using AllHandler = UniqueFunction<void(const AnyEvent&)>;
  struct Table;

  Subscription add(std::size_t list, Handler handler);
  void deliver_any(const void* event, const AnyEvent& any);

  friend struct Subscription::Access;
  std::shared_ptr<Table> table_;
};

}  // namespace voiceagent
