// One conversation with the caller of a file: the session and all who listen to it.
#pragma once

#include <future>
#include <memory>
#include <string>

#include "caller.h"
#include "dialogue.h"
#include "event_log.h"
#include "input_audio.h"
#include "voiceagent/engine.h"
#include "voiceagent/session_recorder.h"
#include "voiceagent/trace.h"
#include "voiceagent/turn_statistics.h"

namespace cli {

// Made, used and destroyed on the session's executor.
class Call {
 public:
  struct Files {
    std::string out;     // empty: not recorded
    std::string events;  // empty: not logged
    std::string trace;   // empty: not traced
    std::string record;  // empty: not to be replayed
  };

  // Opens a session on `executor`, the present one. `input` must outlive the call.
  static voiceagent::Result<std::unique_ptr<Call>> open(
      voiceagent::Agent& agent, const std::shared_ptr<voiceagent::Executor>& executor,
      InputAudio& input, const Files& files, bool print);

  // Ready when the caller and the agent are done with each other.
  std::future<voiceagent::Status> done() { return done_.get_future(); }
  // Ends the conversation; ready when it has ended. Once.
  std::future<voiceagent::Status> close();
  // Completes the files.
  voiceagent::Status finish();

  const Dialogue& dialogue() const { return *dialogue_; }
  const voiceagent::TurnStatistics& statistics() const { return statistics_; }
  const Caller& caller() const { return *caller_; }

 private:
  Call() = default;
  voiceagent::Status open_session(voiceagent::Agent& agent,
                                  const std::shared_ptr<voiceagent::Executor>& executor,
                                  const std::string& record);

  std::unique_ptr<voiceagent::SessionRecorder> session_recorder_;
  std::shared_ptr<voiceagent::Session> session_;
  std::unique_ptr<voiceagent::CallRecorder> recorder_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<voiceagent::TraceRecorder> trace_;
  voiceagent::TurnStatistics statistics_;
  std::unique_ptr<Dialogue> dialogue_;
  std::unique_ptr<Caller> caller_;
  voiceagent::Subscription opened_;
  voiceagent::Subscription closed_;
  std::promise<voiceagent::Status> done_;
  std::promise<voiceagent::Status> ended_;
};

}  // namespace cli
