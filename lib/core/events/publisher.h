// The session's side of its event bus: numbers and dates each event and hands it to everybody.
#pragma once

#include <string>

#include "voiceagent/event_bus.h"
#include "voiceagent/executor.h"

namespace voiceagent {

class Publisher final : public EventBus {
 public:
  // `executor` must outlive the publisher; times count from now on.
  Publisher(std::string session_id, const Executor& executor)
      : session_id_(std::move(session_id)), executor_(executor), opened_(executor.now()) {}

  template <class E>
  void publish(TurnId turn, const E& event) {
    deliver(event, EventEnvelope{session_id_, turn, ++seq_, now()});
  }

  // Time on the session's clock.
  Duration now() const { return executor_.now() - opened_; }
  const std::string& session_id() const { return session_id_; }

 private:
  const std::string session_id_;
  const Executor& executor_;
  const Time opened_;
  std::uint64_t seq_ = 0;
};

}  // namespace voiceagent
