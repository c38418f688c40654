/// @file
/// A session: one conversation with one user, living on one executor from birth to death.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/audio.h"
#include "voiceagent/event_bus.h"
#include "voiceagent/events.h"
#include "voiceagent/executor.h"
#include "voiceagent/export.h"
#include "voiceagent/status.h"

namespace voiceagent {

/// A call of a tool as the context keeps it.
struct ContextCall {
  std::string id;         ///< Names the call.
  std::string tool;       ///< Which tool.
  std::string arguments;  ///< JSON text, as the model wrote it.
};

/// One message of a conversation as the context keeps it.
struct ContextEntry {
  Role role = Role::kUser;   ///< Who.
  std::string text;          ///< What was said; of the assistant: what the user heard; of a tool:
                             ///< the result.
  TurnId turn = 0;           ///< In which turn.
  bool interrupted = false;  ///< The assistant was cut off after `text`.
  std::vector<ContextCall>
      calls{};            ///< That the assistant made after `text`; their results follow.
  std::string call_id{};  ///< Of a tool: which call this is the result of,
  ToolState state = ToolState::kDone;  ///< and how that call is doing.
};

class SttProvider;
class LlmProvider;
class TtsProvider;
class VadProvider;
class TurnDetectorProvider;

/// What a session talks to; where the mode does without, one may be null.
struct SessionProviders {
  std::shared_ptr<SttProvider> stt;                     ///< Speech to text.
  std::shared_ptr<LlmProvider> llm;                     ///< The dialogue.
  std::shared_ptr<TtsProvider> tts;                     ///< Text to speech.
  std::shared_ptr<VadProvider> vad;                     ///< Voice activity.
  std::shared_ptr<TurnDetectorProvider> turn_detector;  ///< Listens along.
};

/// How a session begins.
struct SessionOptions {
  std::string id;             ///< Empty: a random one is made.
  int output_rate = 0;        ///< Of AudioOut, in samples a second; 0: as the synthesiser gives it.
  Duration playout_delay{0};  ///< Between AudioOut and its sound, if the player doesn't report.
  bool reports_playback = false;  ///< The player reports: before it does, nothing counts as heard.
  SessionProviders providers;     ///< In place of the agent's, where not null.
  std::shared_ptr<const std::vector<Tool>> tools{};  ///< In place of the agent's, where not null.
  std::string request{};  ///< Id of the request that asked for it, for the log; may be empty.
};

/// How the agent says something of its own accord.
struct SayOptions {
  bool interruptible = true;  ///< False: it is heard to its end; the user isn't listened to.
};

/// Whether these are keys: one or more of 0-9, A-D, * and #; kInvalidArgument otherwise. Any
/// thread.
VOICEAGENT_EXPORT Status check_dtmf(std::string_view digits);

/// A conversation. All methods are to be called on its executor (inside callbacks you are there),
/// return at once, and may be called at any time: calls from inside an event handler are carried
/// out once that event, and what follows from it at the same moment, has reached everybody. After
/// close every call fails with kFailedPrecondition or does nothing. Conversation (conversation.h)
/// is the handle for other threads.
///
/// A session keeps itself alive until it has closed; dropping the last pointer of a host's closes
/// it.
class VOICEAGENT_EXPORT Session {
 public:
  virtual ~Session() = default;

  /// Its name; constant.
  virtual const std::string& id() const = 0;
  /// Where it lives.
  virtual Executor& executor() const = 0;
  /// Where its events come out. Valid as long as the session.
  virtual EventBus& events() = 0;

  /// Hands over audio of the user, any length and any rate between 4 and 192 kHz; the rate may
  /// change from call to call. Copied. kInvalidArgument for an impossible rate.
  virtual Status push_audio(AudioView audio) = 0;
  /// Hands over a line that the user typed, in UTF-8. It is a turn of its own, and interrupts a
  /// reply or waits for its end (TurnOptions::typed_text). kInvalidArgument when empty, too long,
  /// or not UTF-8.
  virtual Status push_text(std::string_view text) = 0;
  /// Hands over keys that the user pressed: 0-9, A-D, * and #. Keys make a turn together: when
  /// TurnOptions::dtmf_timeout has passed or its terminator comes; the first one interrupts a
  /// reply. kInvalidArgument for anything else.
  virtual Status push_dtmf(std::string_view digits) = 0;
  /// Says which position of the output stream (see AudioOut) has been played. Reports may be late,
  /// may be missing, and never undo what an earlier one said; a position beyond what was sent
  /// counts as all of it. Players that never report are taken to play at once, after
  /// SessionOptions::playout_delay.
  virtual void report_playback(std::int64_t position) = 0;
  /// Lets the agent say `text` of its own accord, once nobody speaks; several are said one after
  /// another. kInvalidArgument when empty, too long, or not UTF-8; kResourceExhausted when 16 wait.
  virtual Status say(std::string_view text, SayOptions options = {}) = 0;
  /// Cuts the agent off, as if the user had interrupted.
  virtual void interrupt() = 0;
  /// Ends the user's turn now: push-to-talk, or a host that knows better. What the user goes on
  /// saying is another turn, which may interrupt the answer.
  virtual void commit_turn() = 0;
  /// Changes how input and output go, at any moment.
  virtual Status set_mode(Mode mode) = 0;
  /// Ends the session: requests are cancelled, SessionClosed is the last event. Safe in any state
  /// and from any callback; a second call does nothing.
  virtual void close(CloseReason reason = CloseReason::kHost) = 0;

  /// The mode that holds.
  virtual Mode mode() const = 0;
  /// Whether nothing is going on: nobody speaks or presses keys, nothing is being recognised,
  /// answered or played.
  virtual bool idle() const = 0;
  /// Whether SessionClosed has been published.
  virtual bool closed() const = 0;
  /// The conversation so far, oldest first; a reply being spoken is there as far as it was heard.
  virtual std::vector<ContextEntry> context() const = 0;
  /// What AudioOut carries, in samples a second.
  virtual int output_rate() const = 0;
};

}  // namespace voiceagent
