// Random simulation: what it promises about itself, and that its checks see what is wrong.
#include "voiceagent/random_simulation.h"

#include <set>

#include "sim/invariants.h"
#include "sim/random_digest.h"
#include "sim/random_words.h"
#include "support/catch.h"
#include "support/sanitized.h"

namespace voiceagent::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSeeds = test::kSanitized ? 300 : 2'000;

TEST_CASE("a seed gives the same run again, bit for bit, and another seed another") {
  std::set<std::uint64_t> digests;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const RandomRun run = run_random(seed);
    RandomOptions options;
    options.timeline = true;
    const RandomRun again = run_random(seed, options);
    CHECK(again.digest == run.digest);
    CHECK(again.events == run.events);
    CHECK_FALSE(again.timeline.empty());
    digests.insert(run.digest);
  }
  CHECK(digests.size() == 20);
}

TEST_CASE("what a conversation guarantees holds in random conversations") {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const RandomRun run = run_random(seed);
    if (run.violations.empty()) continue;
    INFO("seed " << seed << '\n' << run.timeline);
    for (const Violation& violation : run.violations) {
      FAIL_CHECK(violation.invariant << ": " << violation.detail);
    }
  }
}

TEST_CASE("random conversations are conversations") {
  std::uint64_t turns = 0;
  Duration simulated{0};
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const RandomRun run = run_random(seed);
    turns += run.turns;
    simulated += run.simulated;
  }
  CHECK(turns > 200);
  CHECK(simulated > 20min);
}

TEST_CASE("words of users and replies can be read back, half of one can't") {
  for (const Voice voice : {Voice::kUser, Voice::kTyped, Voice::kReply, Voice::kHost}) {
    const UniqueWord word{voice, 17, voice == Voice::kReply || voice == Voice::kHost ? 3U : 0U};
    const auto read = read_word(word.text() + ",");
    REQUIRE(read.has_value());
    CHECK(read->voice == voice);
    CHECK(read->number == 17);
    CHECK(read->part == word.part);
  }
  const std::string spoken = UniqueWord{Voice::kUser, 17, 0}.text();
  CHECK_FALSE(read_word(spoken.substr(0, 2)).has_value());
  CHECK_FALSE(read_word(spoken.substr(1)).has_value());
  CHECK_FALSE(read_word("yeah").has_value());
}

// Tells a story, event by event.
struct Teller {
  template <class E>
  void tell(TurnId turn, const E& event) {
    const EventEnvelope envelope{"s", turn, ++seq, time += 20ms};
    story.see(AnyEvent(event, envelope));
    digest.add(AnyEvent(event, envelope));
  }
  void open_and_ask() {
    tell(0, event::SessionOpened{Mode::kVoiceToVoice, 16'000, 16'000});
    tell(0, event::TextIn{"hi"});
    tell(1, event::TurnEnded{TurnEndReason::kTyped, "hi", {}, {}});
    tell(1, event::ReplyStarted{});
    tell(1, event::ReplyDelta{"good day"});
  }
  void frame(TurnId turn) {
    tell(turn, event::AudioOut{{std::span(samples), 16'000}, story.sent(), {}});
  }
  // The invariants that were violated.
  std::string wrong() {
    std::string all;
    for (const Violation& violation : findings.take()) all += violation.invariant + '\n';
    return all;
  }

  std::vector<std::int16_t> samples = std::vector<std::int16_t>(320, 7);
  std::uint64_t seq = 0;
  Duration time{0};
  Findings findings;
  Story story{findings, Mode::kVoiceToVoice};
  Digest digest;
};

TEST_CASE("a story told in order has no violation") {
  Teller teller;
  teller.open_and_ask();
  teller.tell(1, event::PlaybackStarted{});
  teller.frame(1);
  teller.tell(1, event::PlaybackPaused{200});
  teller.tell(1, event::PlaybackResumed{320});
  teller.frame(1);
  teller.tell(1, event::ReplyDone{"good day", FinishReason::kStop, 0, 0});
  teller.tell(1, event::PlaybackProgress{"good"});
  teller.tell(1, event::PlaybackFinished{"good day"});
  teller.tell(0, event::SessionClosed{});
  CHECK(teller.wrong().empty());
  CHECK(teller.story.turns().at(1).reply == ReplyState::kFinished);
}

TEST_CASE("a story out of order is seen") {
  Teller late;
  late.open_and_ask();
  late.tell(1, event::PlaybackStarted{});
  late.frame(1);
  late.tell(1, event::Interrupted{"", 0});
  late.frame(1);
  CHECK(late.wrong() == "what belongs to a reply comes while it is on\n");

  Teller held;
  held.open_and_ask();
  held.tell(1, event::PlaybackStarted{});
  held.tell(1, event::PlaybackPaused{0});
  held.frame(1);
  CHECK(held.wrong() == "no audio leaves while output is held\n");

  Teller done;
  done.open_and_ask();
  done.tell(1, event::ReplyDone{"good", FinishReason::kStop, 0, 0});
  done.tell(1, event::ReplyDelta{" day"});
  CHECK(done.wrong() == "reply_done has the whole reply\nno text comes after reply_done\n");

  Teller closed;
  closed.open_and_ask();
  closed.tell(0, event::SessionClosed{});
  closed.seq += 1;
  closed.tell(0, event::UserBack{});
  CHECK(closed.wrong() == "events are counted without gaps\nnothing comes after session_closed\n");
}

TEST_CASE("digests tell apart what differs in one sample") {
  Teller one;
  Teller other;
  for (Teller* teller : {&one, &other}) {
    teller->open_and_ask();
    if (teller == &other) teller->samples[100] = 8;
    teller->frame(1);
  }
  CHECK(one.digest.value() != other.digest.value());
}

}  // namespace
}  // namespace voiceagent::sim
