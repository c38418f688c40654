// The story of a session as its events tell it, turn by turn, and whether they tell it in order.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "voiceagent/events.h"
#include "voiceagent/random_simulation.h"

namespace voiceagent::sim {

// The first violation of each invariant.
class Findings {
 public:
  void add(std::string_view invariant, std::string detail, Duration at);
  // Adds it unless `holds`; `detail` makes the text.
  template <class Detail>
  void expect(bool holds, std::string_view invariant, Duration at, Detail detail) {
    if (!holds) add(invariant, detail(), at);
  }
  std::vector<Violation> take() { return std::move(all_); }
  bool any() const { return !all_.empty(); }

 private:
  std::vector<Violation> all_;
};

// How the reply of a turn is doing.
enum class ReplyState { kNone, kActive, kFinished, kInterrupted };

struct TurnStory {
  bool spoken = false;   // speech began it,
  Duration began{0};     // then
  bool ended = false;    // and will be answered
  bool dropped = false;  // and will not
  TurnEndReason reason = TurnEndReason::kSilence;
  std::string words;    // as last transcribed
  std::string settled;  // the finals so far
  std::string text;     // as it was taken to be

  ReplyState reply = ReplyState::kNone;
  bool done = false;           // the model has said all
  bool voice = false;          // the reply is spoken,
  bool turned = false;         // until the mode changed
  bool failed = false;         // something went wrong with it
  std::string said;            // by the model
  std::string heard;           // as last told
  Duration over{0};            // when it finished or was interrupted
  std::int64_t reported = -1;  // what had been reported when no report could add to it any more
  std::vector<std::pair<Duration, Duration>> holds;  // when its output was withheld
};

class Story {
 public:
  Story(Findings& findings, Mode mode) : findings_(findings), mode_(mode) {}

  // Takes the next event.
  void see(const AnyEvent& event);

  const std::map<TurnId, TurnStory>& turns() const { return turns_; }
  TurnStory& turn(TurnId id) { return turns_[id]; }
  // The turn whose reply is on, or 0.
  TurnId replying() const { return replying_; }
  // The turn that the user is in, or 0.
  TurnId user_turn() const { return user_turn_; }
  // Whether the output of the reply is withheld.
  bool held() const { return held_; }
  // Whether a turn has ended that has no reply yet.
  bool owes_reply() const { return owed_ != 0; }
  bool opened() const { return opened_; }
  bool closed() const { return closed_; }
  std::int64_t sent() const { return sent_; }
  Mode mode() const { return mode_; }
  // Of the newest event; and of the newest that is not audio coming in.
  Duration now() const { return now_; }
  Duration last_sign() const { return last_sign_; }
  // The same without what tools do.
  Duration last_word() const { return last_word_; }
  // Whether tools work for the reply.
  bool tools_work() const { return !working_.empty(); }
  // When they began, of use while they work.
  Duration tools_began() const { return tools_began_; }
  std::uint64_t events() const { return seq_; }
  // The turns that were answered, in the order in which they ended.
  const std::vector<TurnId>& answered() const { return answered_; }
  // The calls of tools by their ids, and whether they have ended.
  const std::map<std::string, bool, std::less<>>& calls() const { return calls_; }

 private:
  template <class Detail>
  void expect(bool holds, std::string_view invariant, Detail detail) {
    findings_.expect(holds, invariant, now_, detail);
  }
  void check(bool holds, std::string_view invariant) {
    if (!holds) findings_.add(invariant, "turn " + std::to_string(id_), now_);
  }
  void envelope(const AnyEvent& event);
  void new_turn();
  void check_part_of_reply();

  template <class E>
  void on(const E&) {}
  void on(const event::SessionOpened& e);
  void on(const event::SessionClosed& e);
  void on(const event::ModeChanged& e);
  void on(const event::Error& e);
  void on(const event::SpeechStarted& e);
  void on(const event::SpeechStopped& e);
  void on(const event::TranscriptPartial& e);
  void on(const event::TranscriptFinal& e);
  void on(const event::TurnEnded& e);
  void on(const event::TurnDropped& e);
  void on(const event::ReplyStarted& e);
  void on(const event::ReplyDelta& e);
  void on(const event::ReplyDone& e);
  void on(const event::SpeechSegment& e);
  void on(const event::AudioOut& e);
  void on(const event::PlaybackStarted& e);
  void on(const event::PlaybackProgress& e);
  void on(const event::PlaybackFinished& e);
  void on(const event::PlaybackPaused& e);
  void on(const event::PlaybackResumed& e);
  void on(const event::Interrupted& e);
  void on(const event::OutputFlushed& e);
  void on(const event::ToolCallStarted& e);
  void on(const event::ToolCallFinished& e);
  void on(const event::ToolCallCancelled& e);
  void on(const event::ToolCallProgress& e);
  void end_call(std::string_view call);
  void end_reply(ReplyState how, std::string_view heard);

  Findings& findings_;
  std::map<TurnId, TurnStory> turns_;
  std::vector<TurnId> answered_;
  std::map<std::string, bool, std::less<>> calls_;
  Mode mode_;
  bool opened_ = false;
  bool closed_ = false;
  std::uint64_t seq_ = 0;
  Duration now_{0};
  Duration last_sign_{0};
  Duration last_word_{0};
  Duration tools_began_{0};
  std::set<std::string> working_;  // the reply's calls
  TurnId id_ = 0;                  // of the event being told
  TurnId newest_ = 0;
  TurnId user_turn_ = 0;
  TurnId replying_ = 0;
  TurnId owed_ = 0;  // the newest turn that is still to be answered
  bool held_ = false;
  bool begun_ = false;    // playback of the present reply,
  bool sounded_ = false;  // and some of its audio has left
  int output_rate_ = 0;
  std::int64_t sent_ = 0;
};

}  // namespace voiceagent::sim
