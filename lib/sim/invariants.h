// What a conversation guarantees, checked while a random one goes on and when it is over.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/far_end.h"
#include "sim/invariants_story.h"
#include "sim/random_plan.h"
#include "sim/random_providers.h"
#include "voiceagent/session.h"

namespace voiceagent::sim {

// Words that the user spoke without a pause, while nothing kept the agent from listening.
struct Utterance {
  std::uint32_t first = 0;  // number of the first word
  std::uint32_t count = 0;
  Duration begin{0};
  Duration end{0};
};

class Invariants {
 public:
  Invariants(const RandomPlan& plan, ProviderRecords& records)
      : plan_(plan), records_(records), story_(findings_, plan.agent.mode) {}

  // Every event of the session, in order. `far_end` has taken it before.
  void see(const AnyEvent& event, const FarEnd& far_end);
  // Now and then: whether somebody waits for too long. The user's last sound was at `sound`.
  void look(Duration now, Duration sound, FarEnd& far_end);
  // The session is told to close.
  void closing(Duration now, const FarEnd& far_end);
  // The session has closed, or should have.
  void finish(const std::vector<ContextEntry>& context, const std::vector<Utterance>& utterances,
              FarEnd& far_end);

  const Story& story() const { return story_; }
  Findings& findings() { return findings_; }

 private:
  void check_pace();
  void note_sign(const AnyEvent& event);
  void expect_interruption(std::string_view words);
  void check_interruption(Duration now);
  void check_interrupter(const AnyEvent& event);

  // invariants_failure.cpp
  void note_failure(const AnyEvent& event);
  void check_close(const AnyEvent& event);
  void note_answer(const AnyEvent& event);
  void look_for_filler(Duration now, Duration word);
  void look_for_apology(Duration now, Duration sign);
  bool apologises(TurnId turn) const;
  bool tells(const AnyEvent& event) const;

  // invariants_playback.cpp
  void settle_report(const FarEnd& far_end);
  void note_fetched(const event::AudioOut& out);
  void check_playback(TurnId id, const TurnStory& turn, const std::string& remembered,
                      std::span<const Played> stretches);
  void check_silences(TurnId id, const TurnStory& turn, std::span<const Played> stretches);
  void check_heard(TurnId id, const TurnStory& turn, const std::string& remembered,
                   std::span<const Played> stretches, const SpeechStream& stream);

  // invariants_words.cpp
  void check_context(const std::vector<ContextEntry>& context);
  void check_replies(bool forgets);
  void check_user_words(const std::vector<Utterance>& utterances);
  void check_told(const std::vector<Utterance>& utterances);
  void check_providers();
  std::optional<std::string> remembered(const std::vector<ContextEntry>& context,
                                        TurnId turn) const;

  bool may_forget(const std::vector<ContextEntry>& context) const;

  SpeechStream* speech(std::uint32_t number);
  void add(std::string_view invariant, std::string detail) {
    findings_.add(invariant, std::move(detail), story_.now());
  }

  const RandomPlan& plan_;
  ProviderRecords& records_;
  Findings findings_;
  Story story_;
  TurnId words_over_ = 0;           // the reply that words have been heard over,
  Duration words_at_{0};            // and when
  std::ptrdiff_t words_heard_ = 0;  // in the user's latest turn, at most
  TurnId deaf_turn_ = 0;            // the user's turn whose recogniser failed,
  Duration replies_at_{-1};
  int replies_ = 0;              // that began at that moment
  Duration deaf_since_{0};       // and when
  TurnId unanswered_ = 0;        // all models have failed in it, and the user is to be told; 0: no
  Duration failed_at_{0};        // and when
  TurnId failed_ = 0;            // anything has failed in it, and no later turn was answered; 0: no
  Duration parted_at_{-1};       // when the latest reply ended; negative: nothing was heard of it
  bool summarised_ = false;      // the oldest messages have left for a summary
  std::vector<Duration> signs_;  // when words were understood, or answered, or an error was told
  std::vector<Duration> deaf_;   // when a recogniser failed
  TurnId last_voice_ = 0;        // the turn whose reply was the last to be spoken
  Duration closing_{-1};         // when the session was told to close
};

}  // namespace voiceagent::sim
