// What a transport asks of the server that carries it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/byte_budget.h"
#include "net/http.h"
#include "protocols/agent_overrides.h"
#include "voiceagent/engine.h"
#include "voiceagent/executor.h"
#include "voiceagent/log.h"
#include "voiceagent/session.h"
#include "voiceagent/status.h"
#include "voiceagent/time.h"

namespace voiceagent::transports {

class Dialogues;
class SessionDirectory;

// Who is talking. Sessions and clips belong to a principal.
struct Principal {
  std::string id;            // never empty; of a nameless client: its own, made for the connection
  bool anonymous = false;    // then an unguessable session id is proof enough to take it up again
  std::string request = {};  // id of the request that it came with, for the log
  std::string client = {};   // what its program calls itself, for the log
};

// Leave to hold one session more. Holding `slot` takes the place up; its last copy gives it back,
// on any thread.
struct Admission {
  std::shared_ptr<void> slot;  // null: refused
  Status refusal;              // why, for the client
  Duration retry_after{0};     // when it may be better
};

// A piece of speech that a client may fetch.
struct Clip {
  std::string content_type;  // "audio/wav"
  std::string bytes;
};

// What is worth counting, beyond what the sessions' own events say.
enum class TransportCount {
  kResumed,         // a lost session was taken up again
  kTakenOver,       // a connection lost its session to another
  kGraceExpired,    // a lost session was given up
  kBadMessages,     // answered by an error
  kDroppedAudio,    // frames that a slow reader didn't get
  kDroppedInput,    // frames that a busy loop didn't take
  kForeignSessions  // connections whose session lives on another loop
};

struct TransportOptions {
  Duration start_timeout = std::chrono::seconds(10);   // for `start` after the upgrade
  Duration resume_grace = std::chrono::seconds(30);    // a lost session waits so long
  Duration retry_after = std::chrono::seconds(1);      // what a refused client is told to wait
  int max_errors = 10;                                 // bad messages in a row
  Duration answer_timeout = std::chrono::seconds(60);  // for a reply, and for its voice
};

// All of it may be called on any thread, on several at once, and must not block. Handlers keep the
// host alive.
class TransportHost {
 public:
  virtual ~TransportHost() = default;

  // Who it is: by `token` if there is one, else by what the request carries. kAuth, with a text for
  // the client, for those who may not talk.
  virtual Result<Principal> authenticate(const net::HttpRequest& request,
                                         std::string_view token) = 0;
  // Whether there is room for one session more. Asked once per session, not per connection.
  virtual Admission admit(const Principal& principal) = 0;
  // The agent to talk to. With overrides: one like it that has them, from the same providers.
  // kInvalidArgument names a field that the server does not let clients set, or a wrong value.
  virtual Result<std::shared_ptr<Agent>> agent(const Principal& principal,
                                               const protocols::AgentOverrides& overrides) = 0;
  // Keeps a clip for a while, and says under which URL (its path; it begins with '/') its owner can
  // fetch it. Nobody can guess it. kResourceExhausted when too much is kept.
  virtual Result<std::string> keep_clip(const Principal& owner, Clip clip) = 0;

  // What can be resumed, and the dialogues of request and answer. As long as the host.
  virtual SessionDirectory& sessions() = 0;
  virtual Dialogues& dialogues() = 0;

  virtual const TransportOptions& options() const = 0;       // constant
  virtual const std::shared_ptr<Logger>& logger() = 0;       // never null
  virtual const std::shared_ptr<WorkerPool>& workers() = 0;  // for providers; never null
  // What of the messages that came waits to be read, or answered; never null.
  virtual const std::shared_ptr<net::ByteBudget>& incoming() = 0;
  // Whether the server is shutting down: what ends now ends with "going away", and nothing waits to
  // be resumed.
  virtual bool draining() const = 0;

  // A session is about to open, of either kind: to subscribe to its events, for metrics and traces.
  // On the session's executor, before its first event. `transport` is static text ("websocket").
  virtual void session_opening(Session& session, std::string_view transport,
                               const Principal& principal) = 0;
  virtual void count(TransportCount what, std::uint64_t by = 1) = 0;
};

}  // namespace voiceagent::transports
