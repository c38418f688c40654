// The session's side of its event bus: numbers and dates each event and hands it to everybody.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "voiceagent/event_bus.h"
#include "voiceagent/events.h"
#include "voiceagent/executor.h"

namespace voiceagent {

class Publisher final : public EventBus {
 public:
  // `executor` must outlive the publisher; times count from now on.
  Publisher(std::string session_id, const Executor& executor)
      : executor_(executor), opened_(executor.now()), session_id_(std::move(session_id)) {}

  template <class E>
  void publish(TurnId turn, const E& event) {
    const Duration at = now();
    note_time(at);
    latest_ = {E::kName, at};
    if constexpr (E::kKind != EventKind::kAudioIn && E::kKind != EventKind::kAudioOut) {
      history_[told_++ % history_.size()] = latest_;
    }
    deliver(event, EventEnvelope{session_id_, turn, ++seq_, at});
  }

  struct Told {
    std::string_view event;
    Duration time{0};
  };
  // Everything that follows from what came in has been done. The event after which the most time
  // passed, and how much, if that was too much: its handlers block the executor.
  std::optional<Told> blocked() {
    if (latest_.event.empty()) return std::nullopt;
    note_time(now());
    latest_ = {};
    const Told slowest = std::exchange(slowest_, {});
    if (slowest.time < kBlocked) return std::nullopt;
    return slowest;
  }
  // The latest events but audio, oldest first: "turn_ended 1.204 s, reply_started 1.204 s".
  std::string history() const;

  // Time on the session's clock.
  Duration now() const { return executor_.now() - opened_; }
  const std::string& session_id() const { return session_id_; }

 private:
  // Five frames: by then audio is late.
  static constexpr Duration kBlocked{100'000'000};

  // Time passes inside a task only where somebody blocks.
  void note_time(Duration at) {
    if (latest_.event.empty() || at - latest_.time <= slowest_.time) return;
    slowest_ = {latest_.event, at - latest_.time};
  }

  const Executor& executor_;
  const Time opened_;
  std::uint64_t seq_ = 0;
  Told latest_;   // since something came in
  Told slowest_;  // and how long it took until the next one
  const std::string session_id_;
  std::array<Told, 16> history_{};
  std::size_t told_ = 0;
};

}  // namespace voiceagent
