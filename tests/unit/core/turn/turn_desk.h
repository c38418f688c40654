// A turn manager with a clock and timers, and a check of what it commands against the rules that
// hold for every sequence of facts.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/turn/turn_manager.h"

namespace voiceagent::test {

class TurnDesk {
 public:
  explicit TurnDesk(const TurnOptions& turn = {}, const LimitOptions& limits = {})
      : manager_(turn, limits) {}

  Duration now{0};
  // What was commanded in the latest step, in short: "start 1, set max 60000".
  std::string said;
  // What is wrong, if anything ever was.
  std::string broken;

  const TurnState& state() const { return manager_.state(); }
  bool held() const { return held_; }

  std::string step(TurnInput input) {
    const TurnState before = manager_.state();
    TurnCommands commands;
    manager_.step(input, now, commands);
    said.clear();
    if (commands.size() > 10) fail("more than ten commands");
    for (const TurnCommand& command : commands) {
      if (!said.empty()) said += ", ";
      said += obey(command);
    }
    check(before);
    return said;
  }
  std::string step(TurnFact fact) { return step(TurnInput{fact}); }
  std::string speech_started() { return step(at(TurnFact::kSpeechStarted)); }
  std::string speech_stopped() { return step(at(TurnFact::kSpeechStopped)); }
  std::string words(TurnFact fact, int count) {
    TurnInput input{fact};
    input.words = count;
    return step(input);
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
      case TurnAction::kRestartRecogniser: return "restart";
      case TurnAction::kEndTurn: end(command); return "end " + turn;
      case TurnAction::kDropTurn: end(command); return "drop " + turn;
      case TurnAction::kRequestReply: reply(command.turn); return "reply " + turn;
      case TurnAction::kStartSpeaking: reply(command.turn); return "speak " + turn;
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
    if (typed) begin(command.turn);
    if (open_.erase(command.turn) != 1) fail("a turn ended that was not open");
    ended_ = command.action == TurnAction::kEndTurn ? command.turn : 0;
  }
  void reply(TurnId turn) {
    if (replying_ != 0) fail("a reply began while another was running");
    if (open_.contains(turn)) fail("a reply was asked for while its utterance was open");
    if (turn != ended_ && turn != manager_.state().agent_turn) fail("a reply to nothing");
    if (turn > newest_) newest_ = turn;  // the agent's own
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
    static const std::array<std::string, kTurnTimers> kNames{"end", "final", "judge", "max"};
    return kNames[static_cast<std::size_t>(timer)];
  }

  // What holds in every state.
  void check(const TurnState& before) {
    const TurnState& s = manager_.state();
    if (s.agent == AgentPhase::kIdle) {  // the reply may have ended by itself
      replying_ = 0;
      held_ = false;
    }
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
    if (held_ && (!open || !timer(TurnTimer::kInterruption))) {
      fail("a hold that nothing will end");
    }
    if (!open && timers() != 0) fail("a timer runs for nobody");
  }

  TurnManager manager_;
  std::array<std::optional<Duration>, kTurnTimers> timers_;
  std::set<TurnId> open_;
  TurnId newest_ = 0;
  TurnId ended_ = 0;
  TurnId replying_ = 0;
  bool held_ = false;
};

}  // namespace voiceagent::test
