// The session's side of its event bus: numbers and dates each event and hands it to everybody.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "core/watch/call_board.h"
#include "voiceagent/event_bus.h"
#include "voiceagent/events.h"
#include "voiceagent/executor.h"

namespace voiceagent {

class Publisher final : public EventBus {
 public:
  // `executor` and `board` must outlive the publisher; times count from now on.
  Publisher(std::string session_id, const Executor& executor, CallBoard& board)
      : executor_(executor),
        board_(board),
        opened_(executor.now()),
        session_id_(std::move(session_id)) {}

  template <class E>
  void publish(TurnId turn, const E& event) {
    const Time time = executor_.now();
    const Duration at = time - opened_;
    board_.mark(time);
    if (!kFrequent.contains(E::kKind)) history_[told_++ % history_.size()] = {E::kName, at};
    const EventEnvelope envelope{session_id_, turn, ++seq_, at};
    if (!wants(E::kKind)) return;
    const Call call(&board_, board_.subscribers(E::kKind, E::kName.data()));
    deliver(event, envelope);
  }

  // The latest events but the frequent ones, oldest first: "turn_ended 1.204 s, reply_started 1.204
  // s".
  std::string history() const;

  // Time on the session's clock.
  Duration now() const { return executor_.now() - opened_; }
  const std::string& session_id() const { return session_id_; }

 private:
  // What comes many times in a turn, and would leave no room for the rest.
  static constexpr EventSet kFrequent = EventSet::of(EventKind::kAudioIn)
                                            .with(EventKind::kAudioOut)
                                            .with(EventKind::kTranscriptPartial)
                                            .with(EventKind::kTurnEstimate)
                                            .with(EventKind::kReplyDelta)
                                            .with(EventKind::kSpeechSegment)
                                            .with(EventKind::kPlaybackProgress);

  struct Told {
    std::string_view event;
    Duration time{0};
  };

  const Executor& executor_;
  CallBoard& board_;
  const Time opened_;
  std::uint64_t seq_ = 0;
  const std::string session_id_;
  std::array<Told, 16> history_{};
  std::size_t told_ = 0;
};

}  // namespace voiceagent
