// What holds of every conversation is noticed when it doesn't.
#include <string>

#include "sim/scenario/checks.h"
#include "support/catch.h"
#include "unit/sim/scenario_support.h"

namespace voiceagent::test {
namespace {

using sim::Record;

// A conversation as it could have been, event by event.
class Tale {
 public:
  Tale() { then(event::SessionOpened{Mode::kVoiceToVoice, 16'000, 16'000}, 0); }

  template <class E>
  Tale& then(const E& event, TurnId turn = 1, std::uint64_t skipped = 0) {
    seq_ += 1 + skipped;
    const EventEnvelope envelope{"tale", turn, seq_, Duration(static_cast<std::int64_t>(seq_))};
    (void)record_.add(AnyEvent(event, envelope));
    return *this;
  }
  // A turn of the user's with one word in it.
  Tale& asked(TurnId turn = 1) {
    event::TranscriptFinal words;
    words.text = "hello";
    event::TurnEnded end;
    end.text = "hello";
    return then(event::SpeechStarted{}, turn).then(words, turn).then(end, turn);
  }
  // 10 ms of it leave.
  Tale& frame(TurnId turn = 1, std::int64_t gap = 0) {
    event::AudioOut out;
    out.audio = {samples_, 16'000};
    out.position = sent_ + gap;
    sent_ = out.position + static_cast<std::int64_t>(samples_.size());
    return then(out, turn);
  }
  Tale& answered() {
    return asked()
        .then(event::ReplyStarted{})
        .then(event::PlaybackFinished{})
        .then(event::TurnMetrics{});
  }
  // `text` of turn 1 is played.
  Tale& played(const std::string& text) {
    sim::Played played;
    played.turn = 1;
    played.text_end = text.size();
    record_.played.push_back(played);
    record_.far_end_text = text;
    return *this;
  }
  Tale& remembered(const std::string& text, bool interrupted = false) {
    record_.context.push_back({Role::kAssistant, text, 1, interrupted});
    return *this;
  }
  // What is wrong with it.
  std::string verdict(bool settled = true) {
    record_.settled = settled;
    record_.violations = record_.take_violations();
    sim::Failures failures;
    sim::check_promises(scenario_, record_, failures);
    return failures.empty() ? "" : failures.front().expected + ": " + failures.front().seen;
  }
  sim::Scenario& scenario() { return scenario_; }

 private:
  sim::Scenario scenario_;
  Record record_{Mode::kVoiceToVoice};
  std::uint64_t seq_ = 0;
  std::int64_t sent_ = 0;
  const std::vector<std::int16_t> samples_ = std::vector<std::int16_t>(160);
};

TEST_CASE("promise: a turn of the user ends or is dropped") {
  CHECK(Tale().answered().verdict().empty());
  CHECK(Tale().then(event::SpeechStarted{}).then(event::TurnDropped{}).verdict().empty());
  CHECK(Tale().then(event::SpeechStarted{}).verdict() ==
        "turn 1 of the user ends or is dropped: neither came");
}

TEST_CASE("promise: a reply ends with its metrics") {
  CHECK(Tale().asked().then(event::ReplyStarted{}).then(event::PlaybackFinished{}).verdict() ==
        "the reply of turn 1 ends with turn_metrics: none came");
}

TEST_CASE("promise: only the last turns may stay open, and only when the session was cut short") {
  CHECK(Tale().then(event::SpeechStarted{}).verdict(false).empty());
  CHECK(Tale().asked(1).then(event::ReplyStarted{}).asked(5).verdict(false) ==
        "the reply of turn 1 ends with turn_metrics: none came");
}

TEST_CASE("promise: the context has what was played, to the letter") {
  CHECK(Tale().answered().played("Good morning.").remembered("Good morning.").verdict().empty());
  CHECK(Tale().answered().played("Good morning.").remembered("Good").verdict() ==
        "turn 1: 'Good morning.': 'Good'");
  CHECK(Tale().answered().played("Good").remembered("Good morning.").verdict() ==
        "turn 1: 'Good': 'Good morning.'");
  CHECK(Tale().answered().played("Good evening.").remembered("Good morning.").verdict() ==
        "turn 1: 'Good evening.': 'Good morning.'");
  CHECK(Tale().answered().played("Good morning everybody").verdict() ==
        "turn 1: 'Good morning everybody': ''");
}

TEST_CASE("promise: of an interrupted reply the word that was cut off may be missing") {
  CHECK(Tale().answered().played("Good morn").remembered("Good", true).verdict().empty());
  CHECK(Tale().answered().played("Good morning every").remembered("Good", true).verdict() ==
        "turn 1: 'Good morning every': 'Good'");
  CHECK(Tale().answered().played("Good").remembered("Good morning", true).verdict() ==
        "turn 1: 'Good': 'Good morning'");
}

TEST_CASE("promise: a network far away blurs what is known of an interrupted reply") {
  Tale near;
  near.answered().played("Good morning every").remembered("Good", true);
  CHECK_FALSE(near.verdict().empty());
  Tale far;
  far.scenario().far_end.delay = sim::Latency(std::chrono::milliseconds(300));
  CHECK(far.answered().played("Good morning every").remembered("Good", true).verdict().empty());
}

TEST_CASE("promise: what was read instead of spoken can't be compared with what was played") {
  Tale tale;
  tale.asked().then(event::ReplyStarted{}).then(event::ModeChanged{Mode::kVoiceToText}, 0);
  tale.then(event::PlaybackFinished{}).then(event::TurnMetrics{});
  CHECK(tale.played("Good").remembered("Good morning.").verdict().empty());
}

TEST_CASE("promise: after an interruption no more audio of that turn leaves") {
  Tale tale;
  tale.asked().then(event::ReplyStarted{}).then(event::PlaybackStarted{}).frame();
  tale.then(event::Interrupted{}).then(event::TurnMetrics{}).frame();
  CHECK(tale.verdict() == "what belongs to a reply comes while it is on: turn 1");
}

TEST_CASE("promise: the output has no gaps, and neither have the events' numbers") {
  Tale gap;
  gap.asked().then(event::ReplyStarted{}).then(event::PlaybackStarted{}).frame(1, 5);
  CHECK(gap.verdict() == "positions count the samples: 5 after 0");
  CHECK(Tale().then(event::SpeechStarted{}, 1, 1).then(event::TurnDropped{}).verdict() ==
        "events are counted without gaps: 3 after 1");
}

TEST_CASE("promise: nothing comes after the close") {
  CHECK(Tale().then(event::SessionClosed{}, 0).then(event::SpeechStarted{}).verdict(false) ==
        "nothing comes after session_closed: turn 1");
}

}  // namespace
}  // namespace voiceagent::test
