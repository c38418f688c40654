// Events of sessions, for those that outlive them.
#pragma once

#include <utility>

#include "voiceagent/event_bus.h"

namespace voiceagent::server {

// Subscribes for as long as the session lives. On its executor.
template <class E, class Handler>
void follow(EventBus& events, Handler handler) {
  Subscription subscription = events.subscribe<E>(std::move(handler));
  subscription.release();
}

}  // namespace voiceagent::server
