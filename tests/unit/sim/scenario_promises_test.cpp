// What holds of every conversation is noticed when it doesn't.
#include <string>

#include "sim/scenario/checks.h"
#include "support/catch.h"
#include "unit/sim/scenario_support.h"

namespace voiceagent::test {
namespace {

using sim::Record;

// A conversation as it could have been, event by event.
class Story {
 public:
  template <class E>
  Story& then(const E& event, TurnId turn = 1, std::uint64_t skipped = 0) {
    seq_ += 1 + skipped;
    const EventEnvelope envelope{"story", turn, seq_, Duration(static_cast<std::int64_t>(seq_))};
    (void)record_.add(AnyEvent(event, envelope));
    return *this;
  }
  // `text` of turn 1 is played.
  Story& played(const std::string& text) {
    sim::Played played;
    played.turn = 1;
    played.text_end = text.size();
    record_.played.push_back(played);
    record_.far_end_text = text;
    return *this;
  }
  Story& remembered(const std::string& text, bool interrupted = false) {
    record_.context.push_back({Role::kAssistant, text, 1, interrupted});
    return *this;
  }
  // A turn that is answered.
  Story& answered() {
    return then(event::SpeechStarted{})
        .then(event::TurnEnded{})
        .then(event::ReplyStarted{})
        .then(event::TurnMetrics{});
  }
  // What is wrong with it.
  std::string verdict(bool settled = true) {
    record_.settled = settled;
    sim::Failures failures;
    sim::check_promises(scenario_, record_, failures);
    return failures.empty() ? "" : failures.front().expectation + ": " + failures.front().seen;
  }
  sim::Scenario& scenario() { return scenario_; }

 private:
  sim::Scenario scenario_;
  Record record_;
  std::uint64_t seq_ = 0;
};

TEST_CASE("promise: a turn of the user ends or is dropped") {
  CHECK(Story().answered().verdict().empty());
  CHECK(Story().then(event::SpeechStarted{}).then(event::TurnDropped{}).verdict().empty());
  CHECK(Story().then(event::SpeechStarted{}).verdict() == "every turn ends: neither came");
}

TEST_CASE("promise: a reply ends with its metrics") {
  CHECK(Story().then(event::TurnEnded{}).then(event::ReplyStarted{}).verdict() ==
        "every turn ends: none came");
}

TEST_CASE("promise: only the last turns may stay open, and only when the session was cut short") {
  CHECK(Story().then(event::SpeechStarted{}).verdict(false).empty());
  CHECK(Story().then(event::SpeechStarted{}, 1).then(event::SpeechStarted{}, 5).verdict(false) ==
        "every turn ends: neither came");
}

TEST_CASE("promise: the context has what was played, to the letter") {
  CHECK(Story().answered().played("Good morning.").remembered("Good morning.").verdict().empty());
  CHECK(Story().answered().played("Good morning.").remembered("Good").verdict() ==
        "the context agrees with what was played: 'Good'");
  CHECK(Story().answered().played("Good").remembered("Good morning.").verdict() ==
        "the context agrees with what was played: 'Good morning.'");
  CHECK(Story().answered().played("Good evening.").remembered("Good morning.").verdict() ==
        "the context agrees with what was played: 'Good morning.'");
  CHECK(Story().answered().played("Good morning everybody").verdict() ==
        "the context agrees with what was played: ''");
}

TEST_CASE("promise: of an interrupted reply the word that was cut off may be missing") {
  CHECK(Story().answered().played("Good morn").remembered("Good", true).verdict().empty());
  CHECK(Story().answered().played("Good morning every").remembered("Good", true).verdict() ==
        "the context agrees with what was played: 'Good'");
  CHECK(Story().answered().played("Good").remembered("Good morning", true).verdict() ==
        "the context agrees with what was played: 'Good morning'");
}

TEST_CASE("promise: a network far away blurs what is known of an interrupted reply") {
  Story near;
  CHECK_FALSE(
      near.answered().played("Good morning every").remembered("Good", true).verdict().empty());
  Story far;
  far.scenario().far_end.delay = sim::Latency(std::chrono::milliseconds(300));
  CHECK(far.answered().played("Good morning every").remembered("Good", true).verdict().empty());
}

TEST_CASE("promise: what was read instead of spoken can't be compared with what was played") {
  Story story;
  story.then(event::SessionOpened{Mode::kVoiceToVoice, 0, 0}, 0).then(event::SpeechStarted{});
  story.then(event::TurnEnded{}).then(event::ReplyStarted{});
  story.then(event::ModeChanged{Mode::kVoiceToText}, 0).then(event::TurnMetrics{});
  CHECK(story.played("Good").remembered("Good morning.").verdict().empty());
}

TEST_CASE("promise: after an interruption no more audio of that turn leaves") {
  const std::vector<std::int16_t> samples(160);
  event::AudioOut out;
  out.audio = {samples, 16'000};
  Story story;
  story.answered().then(out).then(event::Interrupted{});
  out.position = 160;
  CHECK(story.then(out).verdict() == "events: audio of turn 1 left after its interruption");
}

TEST_CASE("promise: the output has no gaps, and neither have the events' numbers") {
  const std::vector<std::int16_t> samples(160);
  event::AudioOut out;
  out.audio = {samples, 16'000};
  out.position = 5;
  CHECK(Story().then(out).verdict() == "events: the positions of the output have a gap");
  CHECK(Story().then(event::SpeechStarted{}, 1, 1).then(event::TurnDropped{}).verdict() ==
        "events: the events' sequence numbers have a gap");
}

TEST_CASE("promise: nothing comes after the close") {
  CHECK(Story().then(event::SessionClosed{}, 0).then(event::SpeechStarted{}).verdict(false) ==
        "events: an event came after session_closed");
}

}  // namespace
}  // namespace voiceagent::test
