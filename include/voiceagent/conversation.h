/// @file
/// The in-process transport: a conversation that any thread of the host can feed and hear. The
/// convenient face of the library: constructors throw, everything else works without set-up.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "voiceagent/agent.h"
#include "voiceagent/audio.h"
#include "voiceagent/engine.h"
#include "voiceagent/events.h"
#include "voiceagent/export.h"
#include "voiceagent/function.h"
#include "voiceagent/session.h"
#include "voiceagent/status.h"

namespace voiceagent {

/// What the convenience layer throws: a Status that was not ok.
class VOICEAGENT_EXPORT StatusError : public std::runtime_error {
 public:
  /// Carries `status`, which must not be ok.
  explicit StatusError(Status status)
      : std::runtime_error(status.message()), status_(std::move(status)) {}
  ~StatusError() override;
  /// The error.
  const Status& status() const noexcept { return status_; }

 private:
  Status status_;
};

/// A session with a thread-safe face. Methods may be called from any thread, inside handlers too,
/// and don't block unless they say so. Handlers run on the session's executor.
class VOICEAGENT_EXPORT Conversation {
 public:
  /// Talks with the offline agent, or with one made from `options`, in an engine of its own. Blocks
  /// while models load. Throws StatusError.
  explicit Conversation(AgentOptions options = {}, SessionOptions session = {});
  /// Talks with `agent`, on `executor` if given. Throws StatusError.
  explicit Conversation(std::shared_ptr<Agent> agent, SessionOptions session = {},
                        std::shared_ptr<Executor> executor = nullptr);
  /// Closes the session and waits until it has closed (at most the agent's close timeout and a
  /// second), unless it is destroyed on the session's own executor.
  ~Conversation();
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  /// Opens the session; the first push does it too. Handlers should be there before.
  void start();

  /// Calls `handler(const E&)` or `handler(const E&, const EventEnvelope&)` for every E from now
  /// on.
  template <class E, class Handler>
  void on(Handler handler) {
    add_handler([handler = std::move(handler)](EventBus& bus) mutable {
      return bus.subscribe<E>(std::move(handler));
    });
  }
  /// Calls `handler` for every event.
  void on_any(UniqueFunction<void(const AnyEvent&)> handler);
  /// Calls `handler` with every frame of the agent's speech, as it is due.
  void on_audio(UniqueFunction<void(AudioView)> handler);

  /// Hands over audio of the user; see Session::push_audio. Copied. kResourceExhausted when more
  /// than `max_queued_audio` waits because the session's thread is busy.
  Status push_audio(AudioView audio);
  /// Hands over a line that the user typed; see Session::push_text.
  Status push_text(std::string_view text);
  /// Hands over keys that the user pressed; see Session::push_dtmf.
  Status push_dtmf(std::string_view digits);
  /// Lets the agent say something of its own accord; see Session::say.
  Status say(std::string_view text, SayOptions options = {});
  /// See Session::report_playback.
  void report_playback(std::int64_t position);
  /// See Session::interrupt.
  void interrupt();
  /// See Session::commit_turn.
  void commit_turn();
  /// See Session::set_mode. Blocks until the session's thread answers, except on that thread.
  Status set_mode(Mode mode);
  /// Ends the conversation; doesn't wait.
  void close();

  /// Runs `command` on the session's executor, after what was called before; not at all if the
  /// session is gone.
  void run(UniqueFunction<void(Session&), 192> command);

  /// Waits until the session is idle and has dealt with all that was pushed, or until `limit` has
  /// passed. Returns whether it is idle. Blocks; not to be called on the session's executor. With a
  /// VirtualExecutor it runs that executor.
  bool wait_until_idle(Duration limit);
  /// Waits until the session has closed, or until `limit` has passed. As wait_until_idle.
  bool wait_until_closed(Duration limit);

  /// The conversation so far. Blocks until the session's thread answers, except on that thread.
  std::vector<ContextEntry> context();
  /// What on_audio gets, in samples a second; constant.
  int output_rate() const;
  /// The session's name; constant.
  const std::string& id() const;

  /// At most so much pushed audio waits for the session's thread.
  static constexpr Duration max_queued_audio{5'000'000'000};

 private:
  struct Shared;
  using AddHandler = UniqueFunction<Subscription(EventBus&), 128>;
  void add_handler(AddHandler add);

  std::shared_ptr<Shared> shared_;
};

}  // namespace voiceagent
