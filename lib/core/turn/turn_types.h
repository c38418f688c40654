// What goes into the turn manager and what comes out of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "voiceagent/events.h"
#include "voiceagent/turn_strategy.h"

namespace voiceagent {

// What the user is doing.
enum class UserPhase : std::uint8_t {
  kSilent,      // nothing is open
  kSpeaking,    // an utterance is open and the voice is on
  kTrailing,    // the voice is off; the end-of-turn timer runs
  kFinalizing,  // the turn is over; its settled words are awaited, or the end of a reply
};

// What the agent is doing.
enum class AgentPhase : std::uint8_t {
  kIdle,
  kReplying,  // a reply is being made or spoken
};

// The timers that the turn manager asks for; one of each at most.
enum class TurnTimer : std::uint8_t {
  kEndOfTurn,     // enough silence after speech
  kFinal,         // the settled words are late
  kInterruption,  // it is time to judge whether the user's sound is an interruption
  kMaxUtterance,  // the user has spoken for too long
  kIdle,          // nobody has said anything for long
  kKeys,          // no further key
  kMaxSession,    // the session has lasted long enough
};
inline constexpr std::size_t kTurnTimers = 7;

// What happened.
enum class TurnFact : std::uint8_t {
  kOpened,         // the session begins
  kSpeechStarted,  // at: dated back
  kSpeechStopped,  // at: dated back
  kPartial,        // there are other words
  kFinal,          // the words are settled: every flush has been answered
  kRecogniserFailed,
  kRecogniserSaysEnd,    // its own detector takes the turn to be over
  kRecogniserTakesBack,  // ... or no longer does
  kEstimate,             // probability: of the turn's end, by a detector
  kTimer,                // timer
  kTyped,
  kKey,            // last: it ends the keys
  kCommit,         // the host ends the user's turn
  kInterrupt,      // the host cuts the agent off
  kReplyEnded,     // turn: played to the end, or failed
  kAgentSpeaks,    // there is something for the agent to say
  kVoiceInputOff,  // the mode takes no more audio from the user
  kToolsStarted,   // turn: its reply waits for tools
  kToolsEnded,     // turn: it does not any more
  kToolTold,       // a result came after its reply, and the agent is to speak of it
  kResultsSeen,    // the model has seen all such results
};
inline constexpr std::size_t kTurnFacts = 21;

struct TurnInput {
  TurnFact fact;
  Duration at{0};
  TurnTimer timer = TurnTimer::kEndOfTurn;
  TurnId turn = 0;
  float probability = 0.0F;
  bool last = false;
};

// What the parts know when a fact is dealt with; of the open utterance, and of the reply.
struct Perceived {
  std::string_view transcript;
  std::string_view language;
  bool partial_words = true;
  int words = 0;
  bool back_channel = false;
  float completeness = 0.5F;
  float confidence = 1.0F;
  Duration transcript_changed{0};  // when
  float level_db = -96.0F;
  float noise_db = -96.0F;
  float echo_db = -96.0F;
  Duration voice_until{0};  // the latest moment with voice
  bool fell_silent =
      false;              // the latest voice ended when the agent fell silent: it may be its echo
  bool stirring = false;  // the silence may just be ending
  bool draft_stale = false;   // the prepared reply answers another text
  bool audible = false;       // some of the reply has left
  Duration audible_since{0};  // when it was the first; of use while `audible`
  bool uninterruptible = false;
  bool to_say = false;                // a text waits for the agent to say it
  bool says_uninterruptible = false;  // ... that must be heard

  // Another utterance, or reply, has begun since: what is known of the one before is past.
  void utterance_begins(Duration now) {
    transcript = {};
    words = 0;
    back_channel = false;
    completeness = Perceived().completeness;
    confidence = 1.0F;
    transcript_changed = now;
  }
  void reply_begins(bool must_be_heard) {
    audible = false;
    uninterruptible = must_be_heard;
  }
};

// What is to be done, in order.
enum class TurnAction : std::uint8_t {
  kStartUtterance,     // turn: open the recogniser, pre-roll first
  kFlushUtterance,     // ask for the settled words; what is heard meanwhile waits
  kResumeUtterance,    // it goes on after all, with what was heard meanwhile
  kRestartRecogniser,  // turn: its settled words never came: forget the stream
  kPauseUtterance,     // turn, at: the voice went off
  kHearAnew,           // a voice that goes on begins anew
  kEndTurn,            // turn, reason: publish it and put it into the context
  kDropTurn,           // turn: nothing was said that is to be answered
  kDraftReply,         // turn: prepare the reply to the words so far, unseen
  kDropDraft,          // what was prepared is not wanted
  kRequestReply,       // turn: what was prepared, if it fits, or else a new one
  kStartSpeaking,      // turn, prompt: the agent's own
  kTellResult,         // turn: the agent's own, about what came of its tools
  kHoldOutput,
  kReleaseOutput,
  kInterruptReply,  // turn, by_turn, at: when it was silenced, onset: of the voice that did it
  kUserAway,
  kUserBack,
  kClose,        // close_reason
  kSetTimer,     // timer, at
  kCancelTimer,  // timer
};
inline constexpr std::size_t kTurnActions = 21;

struct TurnCommand {
  TurnAction action;
  TurnId turn = 0;
  TurnId by_turn = 0;
  Duration at{0};
  Duration onset{-1};  // negative: no voice did
  int prompt = -1;     // which idle prompt; -1: the host's next text
  TurnTimer timer = TurnTimer::kEndOfTurn;
  TurnEndReason reason = TurnEndReason::kSilence;
  CloseReason close_reason = CloseReason::kHost;
};

// A list without an allocation. One step gives sixteen commands at most.
class TurnCommands {
 public:
  void add(const TurnCommand& command) {
    if (size_ < items_.size()) items_[size_++] = command;
  }
  const TurnCommand* begin() const { return items_.data(); }
  const TurnCommand* end() const { return items_.data() + size_; }
  std::size_t size() const { return size_; }
  void clear() { size_ = 0; }

 private:
  std::array<TurnCommand, 24> items_{};
  std::size_t size_ = 0;
};

struct TurnState {
  UserPhase user = UserPhase::kSilent;
  AgentPhase agent = AgentPhase::kIdle;
  bool voice = false;       // the detector hears voice, listened to or not
  bool unheard = false;     // that voice: the recogniser has failed, and will until it is over
  bool held = false;        // the agent's output is withheld
  bool was_held = false;    // by the open utterance, at some time
  bool judging = false;     // the interruption timer runs
  bool harmless = false;    // the open utterance was judged to be no interruption
  bool settled = false;     // finalizing: all words are known, the reply's end is awaited
  bool end_stands = false;  // finalizing: who goes on begins the next turn
  bool wordless = false;    // finalizing: no words were known when the turn was over
  bool goes_on = false;     // finalizing: there has been voice that belongs to the next turn
  bool recogniser_says_end = false;
  bool drafting = false;    // a reply is being prepared
  bool tools = false;       // the reply waits for tools
  bool to_tell = false;     // the model has not been asked since a result came that is to be told
  bool keys_open = false;   // keys are being gathered
  bool idle_armed = false;  // the idle timer runs
  bool idle_done = false;   // nothing more happens before the user is back
  bool away = false;        // the user gives no sign of life
  int drafts = 0;           // prepared in the open utterance
  int idle_prompts = 0;     // since the user's last sign of life
  int replies = 0;          // that have ended
  int pauses = 0;           // within turns
  float estimate = -1.0F;   // of the present silence
  TurnId last_turn = 0;     // the newest id given out
  TurnId user_turn = 0;     // the open utterance's
  TurnId agent_turn = 0;    // the reply's
  TurnId keys_turn = 0;     // of the keys
  TurnId waiting_turn = 0;  // ended, and to be answered after the reply, or the keys
  Duration utterance_start{0};
  Duration speech_start{0};  // the latest
  Duration speech_end{0};
  Duration voiced{0};         // before speech_start
  Duration end_due{0};        // while trailing: when the turn is to end
  Duration decided{0};        // when the user's turn was taken to be over
  Duration goes_on_from{0};   // ... its onset, and,
  Duration goes_on_until{0};  // if it is off, its end
  Duration held_since{0};
  Duration held_onset{0};  // of the voice that it was for
  Duration judged_at{0};   // while judging: when
  Duration usual_pause{0};
  Duration pause_spread{0};
  Duration quiet_since{0};  // the last sign of life of either
  IdleDecision::Action idle_action = IdleDecision::Action::kNothing;
  TurnEndReason reason = TurnEndReason::kSilence;
};

}  // namespace voiceagent
