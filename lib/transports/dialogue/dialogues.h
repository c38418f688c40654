// Request and answer over sessions: a line of text or a whole utterance in, one answer out. What
// `WS /ws`, `POST /chat/message` and `POST /voice/process-speech` have in common.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "transports/transport_host.h"
#include "voiceagent/agent.h"
#include "voiceagent/audio.h"
#include "voiceagent/executor.h"
#include "voiceagent/function.h"

namespace voiceagent::transports {

struct DialogueOptions {
  std::size_t max_sessions = 1'000;                 // beyond: the longest idle one goes
  std::size_t max_queued = 16;                      // requests of one session, the running one too
  Duration idle_expiry = std::chrono::minutes(30);  // a session without requests goes
  Duration deadline = std::chrono::seconds(60);     // of a request, waiting included
  Duration max_utterance = std::chrono::seconds(60);  // a longer one is refused
};

struct DialogueIntent {
  std::string name;  // empty: nothing was recognised
  double confidence = 0;
  std::vector<std::pair<std::string, std::string>> slots;
};

// What came of a request; what is known is there, also when it failed.
struct DialogueAnswer {
  Status status;  // kInvalidArgument: no words were understood; kTimeout; what a provider said
  bool provider_failed = false;  // something behind the agent: the status isn't about the request
  std::string session_id;
  std::string transcript;  // what the user said or typed
  DialogueIntent intent;
  std::string reply;
};

struct DialogueRequest {
  Principal principal;
  std::string session_id;          // empty: a new session, whose id the answer names
  std::string text;                // a line of text, or
  std::unique_ptr<Pcm> utterance;  // a whole utterance, mono, any rate
  // Where the callbacks run, and a session that is new lives.
  std::shared_ptr<Executor> executor;
  UniqueFunction<void(std::string_view)> on_delta;  // pieces of the reply; may be empty
  UniqueFunction<void(DialogueAnswer)> on_answer;   // exactly once, never inside ask()
};

class DialogueSession;

// A request that was taken, for whoever may want its answer no longer. Any thread.
class AskedDialogue {
 public:
  AskedDialogue(std::weak_ptr<DialogueSession> session, std::uint64_t number)
      : session_(std::move(session)), number_(number) {}
  // Its answer is kCancelled, if it has none yet, and what works on it stops; the session goes on
  // with its next request.
  void cancel() const;

 private:
  std::weak_ptr<DialogueSession> session_;
  std::uint64_t number_;
};

// Keeps the sessions by their ids. Each belongs to the principal that was the first to name it; to
// others it does not exist. Requests of one session are answered in order, different sessions side
// by side. Any thread.
class Dialogues {
 public:
  // close().
  virtual ~Dialogues() = default;

  // `agent` must be made from utterance_agent_options(). `host` must outlive it, and what its
  // executors still run.
  static std::unique_ptr<Dialogues> create(TransportHost& host, std::shared_ptr<Agent> agent,
                                           DialogueOptions options = {});

  // Refused at once when it can't be taken; on_answer is then not called. kInvalidArgument (no
  // text, text too long, an impossible rate, an utterance too long), kNotFound (somebody else's
  // session), kFailedPrecondition (a stream's session), kResourceExhausted (the session's queue, no
  // room for a session), kUnavailable after close().
  virtual Result<AskedDialogue> ask(DialogueRequest request) = 0;
  // The conversation so far, told on `executor`. kNotFound: there is none, or it is somebody
  // else's; kFailedPrecondition as ask().
  virtual Status context(const Principal& principal, std::string_view session_id,
                         std::shared_ptr<Executor> executor,
                         UniqueFunction<void(std::vector<ContextEntry>)> then) = 0;
  // Gives up what a session is doing: its running request is answered with kCancelled. kNotFound
  // and kFailedPrecondition as context(); when there is nothing to give up, nothing happens.
  virtual Status interrupt(const Principal& principal, std::string_view session_id) = 0;

  virtual std::size_t size() const = 0;
  virtual const DialogueOptions& options() const = 0;
  // Answers what still waits with kUnavailable and ends all sessions.
  virtual void close() = 0;
};

// What the agent of dialogues is made from: the options of `agent` with its providers, but an
// utterance ends only where it ends, whatever pauses are inside, and nothing is said unasked.
AgentOptions utterance_agent_options(const Agent& agent, const DialogueOptions& options = {});

}  // namespace voiceagent::transports
