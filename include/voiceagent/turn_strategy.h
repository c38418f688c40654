/// @file
/// Turn taking, decision by decision: small pure objects that a host can replace.
///
/// The turn manager asks a strategy whenever something has happened that may change its answer,
/// over a snapshot of what is known. A strategy keeps no state, reads no clock and blocks for
/// nothing; one object serves all sessions of an agent, on their executors.
#pragma once

#include <memory>
#include <string_view>

#include "voiceagent/export.h"
#include "voiceagent/time.h"

namespace voiceagent {

struct TurnOptions;

/// What is known of a conversation at one moment. Times are on the session's clock.
struct TurnSnapshot {
  Duration now{0};  ///< The moment.

  /// @name The user
  /// @{
  bool speaking = false;        ///< The voice is on.
  bool utterance = false;       ///< An utterance is open: from its onset until its turn ends.
  Duration utterance_start{0};  ///< The open utterance's first onset.
  Duration speech_start{0};     ///< The latest onset.
  Duration speech_end{0};       ///< The latest end of voice; of use while not `speaking`.
  Duration voice_until{0};      ///< While `speaking`: the latest moment that certainly had voice.
  Duration voiced{0};           ///< Voice in the open utterance, without its pauses.
  int words = 0;                ///< Recognised in the open utterance so far.
  std::string_view transcript;  ///< These words; valid during the call.
  std::string_view language;    ///< BCP 47; valid during the call.
  bool partial_words = true;    ///< The recogniser tells words while they are spoken.
  bool settled = false;         ///< All words are known: the turn is over.
  bool back_channel = false;    ///< All words are of the kind of "mm-hm", "yeah", "okay".
  float completeness = 0.5F;    ///< 0 to 1: the transcript reads as a complete turn; 0.5: unknown.
  float confidence = 1.0F;      ///< 0 to 1: how sure the recogniser is of the settled words; 1
                                ///< when it doesn't say, and before any are settled.
  Duration transcript_age{0};   ///< Since the transcript last changed.
  float estimate = -1.0F;       ///< 0 to 1: what a detector, or the recogniser, says of the turn's
                                ///< end since the voice went off; negative: nothing.
  bool recogniser_says_end = false;  ///< The recogniser has said, since the latest onset, that the
                                     ///< turn is over (TurnSignal::kEnd).
  int pauses = 0;                    ///< Pauses within turns that this user has made so far.
  Duration usual_pause{0};           ///< Their running mean.
  Duration pause_spread{0};          ///< Their running mean deviation.
  float level_db = -96.0F;           ///< Of the last tenth of a second, in dB of full scale.
  float noise_db = -96.0F;           ///< Of the background, without voice; -96: unknown.
  float echo_db = -96.0F;  ///< That the agent's sound is expected to have in the microphone
                           ///< now; -96: none, or unknown.
  /// @}

  /// @name The agent
  /// @{
  bool replying = false;         ///< A reply is being made or spoken.
  bool audible = false;          ///< Some of it has left for the user, and it is not held.
  Duration audible_since{-1};    ///< When its first audio left; negative: none has.
  bool held = false;             ///< Its output is withheld until the user's sound is judged.
  Duration held_since{0};        ///< Since when.
  bool was_held = false;         ///< The open utterance has silenced the agent at some time.
  bool uninterruptible = false;  ///< It must be heard to its end; or, with `tool_running`, until
                                 ///< the tool is done.
  int replies = 0;               ///< Replies that have ended so far, however they did.
  bool tool_running = false;     ///< A tool works for the reply.
  /// @}
};

/// Whether voice that begins is the user's.
class VOICEAGENT_EXPORT StartOfSpeechStrategy {
 public:
  virtual ~StartOfSpeechStrategy() = default;
  /// Whether it opens an utterance; else it is ignored until it ends. Asked when voice begins, and
  /// when it goes on, ignored so far, as a reply or its tools have ended.
  virtual bool listens(const TurnSnapshot& now) const = 0;
};

/// What to do about the user's sound during a reply.
struct InterruptionDecision {
  /// The ways.
  enum class Verdict {
    kWait,       ///< It can't be said yet; the agent goes on, or stays withheld.
    kHold,       ///< It may be one: the agent falls silent until it is known.
    kInterrupt,  ///< The user wants the floor: the reply is cut off.
    kResume,     ///< It was nothing: the reply goes on where it stopped.
  };
  Verdict verdict = Verdict::kWait;  ///< Which.
  Duration look_again{0};            ///< With kWait and kHold: when, at the latest, to ask again.
};

/// Whether the user interrupts.
class VOICEAGENT_EXPORT InterruptionStrategy {
 public:
  virtual ~InterruptionStrategy() = default;
  /// Asked while an utterance is open during a reply: when the voice goes off or on, when words
  /// come, and when `look_again` has come. With `settled`, all words are known.
  virtual InterruptionDecision decide(const TurnSnapshot& now) const = 0;
};

/// When a silence ends the user's turn.
struct EndOfTurnDecision {
  Duration silence{0};  ///< How long it must be, from `speech_end`.
  bool likely = false;  ///< The turn is rather over: a reply may be prepared (preemption).
};

/// How long to wait after the user's voice.
class VOICEAGENT_EXPORT EndOfTurnStrategy {
 public:
  virtual ~EndOfTurnStrategy() = default;
  /// Asked when the voice goes off, and until it comes back at every change of what is known; and
  /// when the recogniser says that the turn is over, also while `speaking`: then a `silence` of 0
  /// ends it, and any other leaves it open.
  virtual EndOfTurnDecision decide(const TurnSnapshot& now) const = 0;
};

/// When the user isn't listened to.
class VOICEAGENT_EXPORT MuteStrategy {
 public:
  virtual ~MuteStrategy() = default;
  /// Whether voice opens no utterance. Asked when voice begins, and when it goes on, ignored so
  /// far, as a reply or its tools have ended. Who is being listened to is heard out.
  virtual bool muted(const TurnSnapshot& now) const = 0;
};

/// What to do about a silence of both.
struct IdleDecision {
  /// The ways.
  enum class Action {
    kNothing,  ///< The user is taken to be away.
    kPrompt,   ///< Say the next idle prompt.
    kHangUp,   ///< Close the session.
  };
  Action action = Action::kNothing;  ///< Which.
  Duration after{0};                 ///< So long after both fell silent; 0: never.
};

/// What happens when nobody says anything.
class VOICEAGENT_EXPORT IdleStrategy {
 public:
  virtual ~IdleStrategy() = default;
  /// Asked when both have fallen silent, after `prompts` idle prompts since the user's last sign of
  /// life.
  virtual IdleDecision decide(int prompts) const = 0;
};

/// The strategies of an agent; those that are null are the library's own.
struct TurnStrategies {
  std::shared_ptr<const StartOfSpeechStrategy> start_of_speech;  ///< Whether voice is the user's.
  std::shared_ptr<const InterruptionStrategy> interruption;      ///< Whether the user interrupts.
  std::shared_ptr<const EndOfTurnStrategy> end_of_turn;          ///< When the user is done.
  std::shared_ptr<const MuteStrategy> mute;                      ///< When not to listen.
  std::shared_ptr<const IdleStrategy> idle;                      ///< When nobody speaks.
};

/// The library's own strategies for `options`, for hosts that build upon them.
VOICEAGENT_EXPORT TurnStrategies default_turn_strategies(const TurnOptions& options);

}  // namespace voiceagent
