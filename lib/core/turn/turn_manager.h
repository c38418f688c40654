// The turn manager: the one place that decides who has the floor.
//
// A pure state machine. A fact and the time go in; a new state and a short list of commands come
// out. It does no I/O, owns no timer (it asks for one by command) and allocates nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "voiceagent/agent.h"
#include "voiceagent/events.h"

namespace voiceagent {

// What the user is doing.
enum class UserPhase : std::uint8_t {
  kSilent,      // nothing is open
  kSpeaking,    // an utterance is open and the voice is on
  kTrailing,    // the voice is off; the end-of-turn timer runs
  kFinalizing,  // the turn is over; its settled words are awaited
};

// What the agent is doing. While `held` in either busy phase, its output is withheld until it is
// known whether the user's sound is an interruption.
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
};
inline constexpr std::size_t kTurnTimers = 4;

// What happened.
enum class TurnFact : std::uint8_t {
  kSpeechStarted,  // at: dated back
  kSpeechStopped,  // at: dated back
  kPartial,        // words: of the utterance so far
  kFinal,          // words: of the utterance so far; answers a flush or came by itself
  kRecogniserFailed,
  kRecogniserSaysEnd,  // its own detector takes the turn to be over
  kTimer,              // timer
  kTyped,
  kCommit,         // the host ends the user's turn
  kInterrupt,      // the host cuts the agent off
  kReplyEnded,     // turn: played to the end, or failed
  kAgentSpeaks,    // the agent begins a turn of its own (a greeting)
  kVoiceInputOff,  // the mode takes no more audio from the user
};
inline constexpr std::size_t kTurnFacts = 13;

struct TurnInput {
  TurnFact fact;
  Duration at{0};
  int words = 0;
  TurnTimer timer = TurnTimer::kEndOfTurn;
  TurnId turn = 0;
};

// What is to be done, in order.
enum class TurnAction : std::uint8_t {
  kStartUtterance,     // turn: open the recogniser, pre-roll first
  kFlushUtterance,     // ask for the settled words
  kRestartRecogniser,  // the settled words never came: forget the stream
  kEndTurn,            // turn, reason: publish it and put it into the context
  kDropTurn,           // turn: nothing was said
  kRequestReply,       // turn
  kStartSpeaking,      // turn: the agent's own
  kHoldOutput,
  kReleaseOutput,
  kInterruptReply,  // turn, by_turn
  kSetTimer,        // timer, at
  kCancelTimer,     // timer
};

struct TurnCommand {
  TurnAction action;
  TurnId turn = 0;
  TurnId by_turn = 0;
  Duration at{0};
  TurnTimer timer = TurnTimer::kEndOfTurn;
  TurnEndReason reason = TurnEndReason::kSilence;
};

// A list without an allocation. One step gives ten commands at most.
class TurnCommands {
 public:
  void add(const TurnCommand& command) { items_[size_++] = command; }
  const TurnCommand* begin() const { return items_.data(); }
  const TurnCommand* end() const { return items_.data() + size_; }
  std::size_t size() const { return size_; }
  void clear() { size_ = 0; }

 private:
  std::array<TurnCommand, 16> items_{};
  std::size_t size_ = 0;
};

struct TurnState {
  UserPhase user = UserPhase::kSilent;
  AgentPhase agent = AgentPhase::kIdle;
  bool held = false;       // the agent's output is withheld
  bool judging = false;    // the interruption timer runs
  bool harmless = false;   // the open utterance was held for long enough without a word
  TurnId last_turn = 0;    // the newest id given out
  TurnId user_turn = 0;    // the open utterance's
  TurnId agent_turn = 0;   // the reply's
  int words = 0;           // recognised in the open utterance so far
  Duration held_until{0};  // without words
  Duration speech_start{0};
  Duration speech_end{0};
  Duration decided{0};  // when the user's turn was taken to be over
  TurnEndReason reason = TurnEndReason::kSilence;
};

class TurnManager {
 public:
  TurnManager(const TurnOptions& turn, const LimitOptions& limits) : turn_(turn), limits_(limits) {}

  // Takes one fact at the time `now`; appends what is to be done to `commands`.
  void step(const TurnInput& input, Duration now, TurnCommands& commands);

  const TurnState& state() const { return state_; }

 private:
  void speech_started(Duration at, Duration now, TurnCommands& out);
  void speech_stopped(Duration at, Duration now, TurnCommands& out);
  void partial(int words, TurnCommands& out);
  void final(int words, TurnCommands& out);
  void recogniser_failed(Duration now, TurnCommands& out);
  void timer(TurnTimer timer, Duration now, TurnCommands& out);
  void typed(Duration now, TurnCommands& out);
  void reply_ended(TurnId turn, TurnCommands& out);
  void agent_speaks(TurnCommands& out);

  bool utterance_open() const { return state_.user != UserPhase::kSilent; }
  bool speaking() const { return state_.user == UserPhase::kSpeaking; }
  bool voice_on() const { return speaking() || state_.user == UserPhase::kTrailing; }
  void end_utterance(TurnEndReason reason, Duration now, TurnCommands& out);
  void decide(TurnEndReason reason, Duration now);
  void conclude(TurnCommands& out);
  void request_reply(TurnId turn, TurnCommands& out);
  void suspect(Duration since, Duration now, TurnCommands& out);
  void wait_for_words(Duration now, TurnCommands& out);
  void judge_at(Duration at, TurnCommands& out);
  void cancel_judgement(TurnCommands& out);
  void judge(TurnCommands& out);
  void release(TurnCommands& out);
  void interrupt(TurnId by_turn, TurnCommands& out);
  void close_utterance(TurnCommands& out);

  const TurnOptions turn_;
  const LimitOptions limits_;
  TurnState state_;
};

}  // namespace voiceagent
