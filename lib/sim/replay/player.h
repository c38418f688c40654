// Runs a recorded session again. One thread.
#pragma once

#include <memory>
#include <string_view>

#include "sim/replay/event_check.h"
#include "sim/replay/recording.h"
#include "sim/replay/replay_executor.h"
#include "sim/replay/replay_providers.h"
#include "voiceagent/engine.h"
#include "voiceagent/session_recorder.h"

namespace voiceagent {

class Player {
 public:
  // `recording` must outlive it.
  explicit Player(const Recording& recording);
  ~Player();
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  // Once. The error says why the session couldn't be made.
  Result<ReplayReport> play(AgentOptions agent);

 private:
  Status open(AgentOptions agent);
  void listen();
  void follow(const Stimulus& stimulus);
  void call(std::string_view bytes);
  void close_everything();

  const Recording& recording_;
  std::shared_ptr<ReplayExecutor> executor_;
  ReplayStreams streams_;
  EventCheck check_;
  std::shared_ptr<Session> session_;
  bool closed_ = false;
};

}  // namespace voiceagent
