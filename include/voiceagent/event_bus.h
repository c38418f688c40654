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

/// A set of kinds of events.
class EventSet {
 public:
  /// Every kind.
  static constexpr EventSet all() { return EventSet(~std::uint64_t{0}); }
  /// Just this one.
  static constexpr EventSet of(EventKind kind) { return EventSet(bit(kind)); }

  /// This set and that kind.
  constexpr EventSet with(EventKind kind) const { return EventSet(bits_ | bit(kind)); }
  /// This set but for that kind.
  constexpr EventSet without(EventKind kind) const { return EventSet(bits_ & ~bit(kind)); }
  /// Whether the kind is in it.
  constexpr bool contains(EventKind kind) const { return (bits_ & bit(kind)) != 0; }

 private:
  friend class EventBus;
  static_assert(kEventKinds <= 64);
  static constexpr std::uint64_t bit(EventKind kind) {
    return std::uint64_t{1} << static_cast<unsigned>(kind);
  }
  explicit constexpr EventSet(std::uint64_t bits) : bits_(bits) {}
  std::uint64_t bits_;
};

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
    return add(E::kKind, [handler = std::forward<Handler>(handler)](
                             const void* event, const EventEnvelope& envelope) mutable {
      const E& typed = *static_cast<const E*>(event);
      if constexpr (std::is_invocable_v<Handler&, const E&, const EventEnvelope&>) {
        handler(typed, envelope);
      } else {
        handler(typed);
      }
    });
  }

  /// Calls `handler(const AnyEvent&)` for every event of `kinds`, after the event's own
  /// subscribers. Audio is most of what happens: who leaves it out spares the session the call.
  [[nodiscard]] Subscription subscribe_all(UniqueFunction<void(const AnyEvent&)> handler,
                                           EventSet kinds = EventSet::all());

 protected:
  /// Whether deliver() would call anybody, as far as is known; the engine's side.
  bool wants(EventKind kind) const { return wanted_.contains(kind); }
  /// Delivers `event`; the engine's side. Not from inside a handler.
  template <class E>
  void deliver(const E& event, const EventEnvelope& envelope) {
    if (wants(E::kKind)) deliver_any(&event, AnyEvent(event, envelope));
  }

 private:
  using Handler = UniqueFunction<void(const void*, const EventEnvelope&)>;
  using AllHandler = UniqueFunction<void(const AnyEvent&)>;
  struct Table;

  Subscription add(EventKind kind, Handler handler);
  void deliver_any(const void* event, const AnyEvent& any);

  Subscription subscription(EventSet kinds);

  friend struct Subscription::Access;
  std::shared_ptr<Table> table_;
  EventSet wanted_{0};  // by anybody who ever subscribed
};

}  // namespace voiceagent
