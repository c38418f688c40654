// A turn manager with a clock and timers, and a check of what it commands against the rules that
// hold for every sequence of facts.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/turn/turn_manager.h"
#include "support/catch.h"

namespace voiceagent::test {

class TurnDesk {
 public:
  explicit TurnDesk(const TurnOptions& turn = fixed(), const LimitOptions& limits = {},
                    std::shared_ptr<const EndOfTurnStrategy> end_of_turn = nullptr,
                    std::shared_ptr<const MuteStrategy> mute = nullptr)
      : agent_(std::make_shared<AgentOptions>()) {
    agent_->turn = turn;
    agent_->limits = limits;
    agent_->strategies = default_turn_strategies(turn);
    if (end_of_turn != nullptr) agent_->strategies.end_of_turn = std::move(end_of_turn);
    if (mute != nullptr) agent_->strategies.mute = std::move(mute);
    manager_.emplace(*agent_);
    // A voice alone may interrupt: there are no words before it is over, and the reply is heard.
    perceived.partial_words = false;
    perceived.audible = true;
  }
  // The turn's end doesn't depend on what is said: 300 ms, and nothing is prepared.
  static TurnOptions fixed() {
    TurnOptions options;
    options.endpointing_min = options.endpointing_max = std::chrono::milliseconds(300);
    options.preemptive_replies = 0;
    options.interruption_speech = std::chrono::milliseconds(400);
    return options;
  }

  Duration now{0};
  Perceived perceived;
  // What was commanded in the latest step, in short: "start 1, set max 60000".
  std::string said;
  // What is wrong, if anything ever was.
  std::string broken;

  const TurnState& state() const { return manager_->state(); }
  bool held() const { return held_; }

  std::string step(TurnInput input) {
    perceived.voice_until = now;  // the voice goes on
    return step_as(input, perceived);
  }
  std::string step_as(TurnInput input, Perceived what) {
    perceived = what;
    if (input.fact == TurnFact::kAgentSpeaks) ++says_;
    perceived.to_say = says_ > 0;
    const TurnState before = manager_->state();
    if (before.user == UserPhase::kSilent) {  // nobody has said anything yet
      perceived.words = 0;
      perceived.back_channel = false;
    }
    TurnCommands commands;
    manager_->step(input, perceived, now, commands);
    if (input.fact == TurnFact::kReplyEnded && input.turn == replying_) {  // by itself
      replying_ = 0;
      held_ = false;
    }
    said.clear();
    for (const TurnCommand& command : commands) {
      if (!said.empty()) said += ", ";
      said += obey(command);
    }
    if (commands.size() > 16) fail("more than sixteen commands");
    check(before);
    return said;
  }
  std::string step(TurnFact fact) { return step(TurnInput{fact}); }
  std::string speech_started() { return step(at(TurnFact::kSpeechStarted)); }
  std::string speech_stopped() { return step(at(TurnFact::kSpeechStopped)); }
  std::string words(TurnFact fact, int count) {
    perceived.words = count;
    perceived.transcript_changed = now;
    return step(fact);
  }
  std::string partial(int count) { return words(TurnFact::kPartial, count); }
  std::string final(int count) { return words(TurnFact::kFinal, count); }
  std::string reply_ended(TurnId turn) {
    TurnInput input{TurnFact::kReplyEnded};
    input.turn = turn;
    return step(input);
  }

  // Lets time pass; the timers that are due go off on the way. Returns what was commanded.
  std::string pass(Duration span) {
    const Duration end = now + span;
    std::string all;
    for (std::optional<TurnTimer> due = next(end); due; due = next(end)) {
      const std::string one = ring(*due);
      all += (all.empty() || one.empty() ? "" : ", ") + one;
    }
    now = end;
    return all;
  }
  // The timer goes off at its time, or now when that has passed.
  std::string ring(TurnTimer timer) {
    auto& slot = timers_[static_cast<std::size_t>(timer)];
    if (slot) now = std::max(now, *slot);
    slot.reset();
    TurnInput input{TurnFact::kTimer};
    input.timer = timer;
    return step(input);
  }
  const std::optional<Duration>& timer(TurnTimer timer) const {
    return timers_[static_cast<std::size_t>(timer)];
  }
  int timers() const {
    int count = 0;
    for (const auto& timer : timers_) count += timer ? 1 : 0;
    return count;
  }
  // Turns that were given an id and have not ended, nor been dropped.
  const std::set<TurnId>& open_turns() const { return open_; }

 private:
  TurnInput at(TurnFact fact) const {
    TurnInput input{fact};
    input.at = now;
    return input;
  }

  std::optional<TurnTimer> next(Duration end) const {
    std::optional<TurnTimer> first;
    for (std::size_t i = 0; i < kTurnTimers; ++i) {
      if (!timers_[i] || *timers_[i] > end) continue;
      if (!first || *timers_[i] < *timers_[static_cast<std::size_t>(*first)]) {
        first = static_cast<TurnTimer>(i);
      }
    }
    return first;
  }

  void fail(const std::string& what) {
    if (broken.empty()) broken = what + " (after: " + said + ")";
  }

  // Does what is commanded, as a session would, and puts it into words.
  std::string obey(const TurnCommand& command) {
    const std::string turn = std::to_string(command.turn);
    switch (command.action) {
      case TurnAction::kStartUtterance: begin(command.turn); return "start " + turn;
      case TurnAction::kFlushUtterance: return "flush";
      case TurnAction::kResumeUtterance: return "resume";
      case TurnAction::kRestartRecogniser: return "restart";
      case TurnAction::kPauseUtterance: return "pause " + turn;
      case TurnAction::kHearAnew: return "hear anew";
      case TurnAction::kEndTurn: end(command); return "end " + turn;
      case TurnAction::kDropTurn: end(command); return "drop " + turn;
      case TurnAction::kDraftReply: draft(true); return "draft " + turn;
      case TurnAction::kDropDraft: draft(false); return "drop draft";
      case TurnAction::kRequestReply: reply(command.turn); return "reply " + turn;
      case TurnAction::kStartSpeaking: speak(command); return speak_words(command);
      case TurnAction::kTellResult: reply(command.turn); return "tell " + turn;
      case TurnAction::kUserAway: return "away";
      case TurnAction::kUserBack: return "back";
      case TurnAction::kClose: return "close";
      case TurnAction::kHoldOutput: hold(true); return "hold";
      case TurnAction::kReleaseOutput: hold(false); return "release";
      case TurnAction::kInterruptReply: interrupt(command); return interrupt_words(command);
      case TurnAction::kSetTimer: return set(command);
      case TurnAction::kCancelTimer:
        timers_[static_cast<std::size_t>(command.timer)].reset();
        return "cancel " + name(command.timer);
    }
    return "?";
  }

  void begin(TurnId turn) {
    if (turn <= newest_) fail("a turn's id is not new");
    newest_ = turn;
    open_.insert(turn);
  }
  void end(const TurnCommand& command) {
    const bool typed =
        command.action == TurnAction::kEndTurn && command.reason == TurnEndReason::kTyped;
    const bool keys =
        command.action == TurnAction::kEndTurn && command.reason == TurnEndReason::kDtmf;
    if (typed) begin(command.turn);
    if (keys) {
      newest_ = std::max(newest_, command.turn);
    } else if (open_.erase(command.turn) != 1) {
      fail("a turn ended that was not open");
    }
    if (command.action == TurnAction::kEndTurn) ended_.insert(command.turn);
  }
  void draft(bool begins) {
    if (drafting_ == begins) fail(begins ? "two drafts" : "no draft to drop");
    if (begins && replying_ != 0) fail("a draft during a reply");
    drafting_ = begins;
  }
  void speak(const TurnCommand& command) {
    if (command.prompt < 0 && --says_ < 0) fail("there was nothing to say");
    reply(command.turn);
  }
  static std::string speak_words(const TurnCommand& command) {
    const std::string what = command.prompt < 0 ? "" : " prompt " + std::to_string(command.prompt);
    return "speak " + std::to_string(command.turn) + what;
  }
  void reply(TurnId turn) {
    if (replying_ != 0) fail("a reply began while another was running");
    if (manager_->state().keys_open) fail("a reply began while keys were pressed");
    if (open_.contains(turn)) fail("a reply was asked for while its utterance was open");
    if (!ended_.contains(turn) && turn <= newest_) fail("a reply to nothing");
    newest_ = std::max(newest_, turn);  // the agent's own
    ended_.erase(turn);
    drafting_ = false;
    replying_ = turn;
  }
  void hold(bool hold) {
    if (held_ == hold) fail(hold ? "held twice" : "released without a hold");
    if (replying_ == 0) fail("held or released nothing");
    held_ = hold;
  }
  void interrupt(const TurnCommand& command) {
    if (replying_ != command.turn || replying_ == 0) fail("interrupted what was not running");
    replying_ = 0;
    held_ = false;
  }
  static std::string interrupt_words(const TurnCommand& command) {
    return "interrupt " + std::to_string(command.turn) + " by " + std::to_string(command.by_turn);
  }
  std::string set(const TurnCommand& command) {
    timers_[static_cast<std::size_t>(command.timer)] = command.at;
    return "set " + name(command.timer) + " " +
           std::to_string(
               std::chrono::duration_cast<std::chrono::milliseconds>(command.at).count());
  }
  static std::string name(TurnTimer timer) {
    static const std::array<std::string, kTurnTimers> kNames{"end",  "final", "judge",  "max",
                                                             "idle", "keys",  "session"};
    return kNames[static_cast<std::size_t>(timer)];
  }

  // What holds in every state.
  void check(const TurnState& before) {
    const TurnState& s = manager_->state();
    const bool open = s.user != UserPhase::kSilent;
    if (s.last_turn < before.last_turn || s.user_turn < before.user_turn) fail("turns go back");
    if (s.held != held_) fail("it thinks otherwise about the hold");
    if ((s.agent == AgentPhase::kReplying) != (replying_ != 0)) fail("who is replying?");
    if (s.agent == AgentPhase::kReplying && s.agent_turn != replying_) fail("replying to what?");
    if (open != open_.contains(s.user_turn) || open_.size() > 1) fail("which turn is open?");
    if (timer(TurnTimer::kEndOfTurn).has_value() != (s.user == UserPhase::kTrailing)) {
      fail("the end-of-turn timer runs while, and only while, the voice is off");
    }
    if (timer(TurnTimer::kFinal).has_value() != (s.user == UserPhase::kFinalizing)) {
      fail("the final timer runs while, and only while, words are awaited");
    }
    const bool voice = s.user == UserPhase::kSpeaking || s.user == UserPhase::kTrailing;
    if (timer(TurnTimer::kMaxUtterance).has_value() != voice) {
      fail("the utterance's limit runs while, and only while, it may grow");
    }
    if (held_ && !open) fail("a hold that nothing will end");
    if (timer(TurnTimer::kInterruption).has_value() != s.judging) fail("judging without a timer");
    if (s.judging && (!open || s.agent == AgentPhase::kIdle)) fail("nothing to judge");
    if (drafting_ != s.drafting) fail("it thinks otherwise about the draft");
    if (drafting_ && !open) fail("a draft for nobody");
    if (timer(TurnTimer::kKeys).has_value() != s.keys_open) fail("keys without a timer");
    const bool busy = open || s.agent == AgentPhase::kReplying || s.keys_open;
    if (timer(TurnTimer::kIdle) && busy) fail("idle while somebody is busy");
    if (!busy && (s.waiting_turn != 0 || says_ > 0 || s.to_tell)) {
      fail("somebody waits for nothing");
    }
    if (s.tools && s.agent == AgentPhase::kIdle) fail("tools for no reply");
  }

  std::shared_ptr<AgentOptions> agent_;
  std::optional<TurnManager> manager_;
  std::array<std::optional<Duration>, kTurnTimers> timers_;
  std::set<TurnId> open_;
  TurnId newest_ = 0;
  int says_ = 0;            // texts that wait for the agent to say them
  std::set<TurnId> ended_;  // and not answered yet
  bool drafting_ = false;
  TurnId replying_ = 0;
  bool held_ = false;
};

inline bool contains(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

// The user has asked something, and turn 1 is being answered.
inline TurnDesk replying(const TurnOptions& turn = TurnDesk::fixed(),
                         const LimitOptions& limits = {}) {
  TurnDesk desk(turn, limits);
  desk.now = Duration(1'000'000'000);
  desk.speech_started();
  desk.pass(Duration(500'000'000));
  desk.speech_stopped();
  desk.pass(Duration(300'000'000));
  desk.final(2);
  REQUIRE(desk.state().agent == AgentPhase::kReplying);
  REQUIRE(desk.broken.empty());
  return desk;
}

}  // namespace voiceagent::test
