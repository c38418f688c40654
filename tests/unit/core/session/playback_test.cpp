// What was sent, what was heard: the context against the far end's own truth.
#include <string>
#include <vector>

#include "base/text.h"
#include "support/catch.h"
#include "support/session_rig.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

const std::string kReply =
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen";
constexpr std::int64_t kCharacter = 960;  // samples

// The whole words of the reply that so many samples of it speak.
std::string words_in(std::int64_t samples) {
  const auto bytes = static_cast<std::size_t>(samples / kCharacter);
  if (bytes >= kReply.size()) return kReply;
  std::size_t end = 0;
  for (std::size_t i = 0; i <= bytes; ++i) {
    if (kReply[i] == ' ') end = i;
  }
  return kReply.substr(0, end);
}

int word_count(std::string_view text) { return static_cast<int>(split_words(text).size()); }

// What the context says the agent said, in its first reply.
std::string remembered(const SessionRig& rig) {
  for (const ContextEntry& entry : rig.session->context()) {
    if (entry.role == Role::kAssistant) return entry.text;
  }
  return {};
}

}  // namespace

TEST_CASE("a reply is played without a gap, however far away the player is") {
  const Duration delay = GENERATE(0ms, 40ms, 120ms, 400ms);
  const bool reports = GENERATE(true, false);
  SessionRig rig(scripted_agent(kReply), {}, {delay, reports});
  REQUIRE(rig.session->push_text("count").ok());
  rig.run(0ms);
  REQUIRE(rig.settle());
  rig.run(1s);
  CHECK(rig.far_end->heard() == kReply);
  const Duration length = samples_to_duration(rig.far_end->played(), 16'000);
  CHECK(rig.far_end->last_played_at() == rig.when("playback_started") + delay + length);
  CHECK(rig.dialogue() == "user: count | assistant: " + kReply);
}

TEST_CASE(
    "the context holds the words that the far end played, to the word, after an interruption") {
  const Duration delay = GENERATE(0ms, 40ms, 120ms);
  const bool reports = GENERATE(true, false);
  const Duration when = GENERATE(80ms, 350ms, 700ms, 1'111ms, 2'340ms);
  SessionRig rig(scripted_agent(kReply), {}, {delay, reports});
  REQUIRE(rig.session->push_text("count").ok());
  rig.run(when);
  rig.session->interrupt();
  CHECK(rig.count("interrupted") == 1);
  rig.run(1s);  // a report that was under way may still come
  const std::string truth = words_in(rig.far_end->played());
  if (reports) {
    CHECK(remembered(rig) == truth);
  } else {
    CHECK(std::abs(word_count(remembered(rig)) - word_count(truth)) <= 1);
  }
  REQUIRE(rig.session->context().size() == (remembered(rig).empty() ? 1U : 2U));
  if (!remembered(rig).empty()) CHECK(rig.session->context().back().interrupted);
}

TEST_CASE(
    "a spoken interruption leaves the words that were heard, however far away the player is") {
  const Duration delay = GENERATE(0ms, 40ms, 120ms);
  const bool reports = GENERATE(true, false);
  SessionRig rig(scripted_agent(kReply), {}, {delay, reports});
  REQUIRE(rig.session->push_text("count").ok());
  rig.wait(1500ms);
  rig.say("stop it");
  REQUIRE(rig.count("interrupted") == 1);
  rig.wait(250ms);  // before the next reply begins
  const std::string truth = words_in(rig.far_end->played());
  const int difference = word_count(remembered(rig)) - word_count(truth);
  CHECK(std::abs(difference) <= (reports ? 0 : 1));
  REQUIRE(rig.settle());
}

TEST_CASE("going on after a false interruption loses nothing and repeats nothing") {
  const Duration delay = GENERATE(0ms, 40ms, 120ms);
  const bool reports = GENERATE(true, false);
  const Duration when = GENERATE(200ms, 500ms, 777ms, 1'234ms);
  SessionRig rig(scripted_agent(kReply), {}, {delay, reports});
  REQUIRE(rig.session->push_text("count").ok());
  rig.wait(when);
  rig.noise(200ms);
  REQUIRE(rig.settle());
  rig.run(1s);
  CHECK(rig.count("playback_paused") == 1);
  CHECK(rig.count("playback_resumed") == 1);
  CHECK(rig.far_end->heard() == kReply);
  CHECK(rig.far_end->played() == static_cast<std::int64_t>(kReply.size()) * kCharacter);
  CHECK(rig.dialogue() == "user: count | assistant: " + kReply);
}

TEST_CASE("a reply that is paused again and again is still heard once, from end to end") {
  SessionRig rig(scripted_agent(kReply));
  REQUIRE(rig.session->push_text("count").ok());
  for (int i = 0; i < 3; ++i) {
    rig.wait(1600ms);  // sooner after the agent goes on it would be its echo
    rig.noise(140ms);
  }
  REQUIRE(rig.settle());
  CHECK(rig.count("playback_paused") == 3);
  CHECK(rig.far_end->heard() == kReply);
  CHECK(rig.dialogue() == "user: count | assistant: " + kReply);
}

TEST_CASE("the pause says where: the first sample that was not played") {
  SessionRig rig(scripted_agent(kReply));
  std::int64_t paused = -1;
  std::int64_t resumed = -1;
  std::int64_t next = -1;
  const Subscription pause = rig.session->events().subscribe<event::PlaybackPaused>(
      [&](const event::PlaybackPaused& e) { paused = e.position; });
  const Subscription resume = rig.session->events().subscribe<event::PlaybackResumed>(
      [&](const event::PlaybackResumed& e) { resumed = e.position; });
  const Subscription out =
      rig.session->events().subscribe<event::AudioOut>([&](const event::AudioOut& e) {
        if (resumed >= 0 && next < 0) next = e.position;
      });
  REQUIRE(rig.session->push_text("count").ok());
  rig.wait(1s);
  rig.noise(200ms);
  CHECK(paused == rig.far_end->played());
  REQUIRE(rig.settle());
  CHECK(resumed == next);
}

TEST_CASE("positions count every sample that was sent, and none twice") {
  SessionRig rig(scripted_agent(kReply));
  std::int64_t sent = 0;
  bool contiguous = true;
  const Subscription out =
      rig.session->events().subscribe<event::AudioOut>([&](const event::AudioOut& e) {
        contiguous = contiguous && e.position == sent;
        sent += static_cast<std::int64_t>(e.audio.samples.size());
      });
  const Subscription flushed = rig.session->events().subscribe<event::OutputFlushed>(
      [&](const event::OutputFlushed& e) { contiguous = contiguous && e.position == sent; });
  REQUIRE(rig.session->push_text("count").ok());
  rig.wait(700ms);
  rig.noise(200ms);
  rig.wait(1500ms);
  REQUIRE(rig.session->push_text("again").ok());
  REQUIRE(rig.settle());
  CHECK(contiguous);
  CHECK(sent > static_cast<std::int64_t>(kReply.size()) * kCharacter);
}

TEST_CASE("at most the lead is in the player's hands") {
  AgentOptions agent = scripted_agent(kReply);
  agent.output_lead = GENERATE(0ms, 60ms, 120ms, 500ms);
  const std::int64_t lead = duration_to_samples(agent.output_lead, 16'000);
  SessionRig rig(agent);
  std::int64_t most = 0;
  const Subscription out =
      rig.session->events().subscribe<event::AudioOut>([&](const event::AudioOut& e) {
        const auto end = e.position + static_cast<std::int64_t>(e.audio.samples.size());
        most = std::max(most, end - rig.far_end->played());
      });
  REQUIRE(rig.session->push_text("count").ok());
  REQUIRE(rig.settle());
  CHECK(most == std::max<std::int64_t>(lead, 320));
  CHECK(rig.far_end->heard() == kReply);
}

TEST_CASE("odd reports do no harm: none, late, going back, beyond what was sent") {
  SessionRig rig(scripted_agent(kReply), {}, {0ms, false});
  const int kind = GENERATE(0, 1, 2, 3, 4);
  REQUIRE(rig.session->push_text("count").ok());
  for (int i = 0; i < 400; ++i) {
    rig.run(20ms);
    const std::int64_t truth = rig.far_end->played();
    if (kind == 1) rig.session->report_playback(truth / 2);
    if (kind == 2) rig.session->report_playback(i % 2 == 0 ? truth : 5);
    if (kind == 3) rig.session->report_playback(-1);
    if (kind == 4 && i < 10) rig.session->report_playback(truth);  // then falls silent
  }
  if (kind == 1) rig.session->report_playback(rig.far_end->played());
  REQUIRE(rig.settle());
  CHECK(rig.far_end->heard() == kReply);
  CHECK(rig.dialogue() == "user: count | assistant: " + kReply);
  CHECK(rig.count("playback_finished") == 1);
}

TEST_CASE("a player that reports now and then has the last word on what was heard") {
  SessionRig rig(scripted_agent(kReply), {}, {0ms, false});
  const Duration when = GENERATE(450ms, 590ms, 730ms, 1'210ms);
  REQUIRE(rig.session->push_text("count").ok());
  for (Duration passed{0}; passed < when; passed += 10ms) {
    rig.run(10ms);
    if (passed % 300ms == 0ms) rig.session->report_playback(rig.far_end->played());
  }
  rig.session->interrupt();
  rig.run(50ms);
  rig.session->report_playback(rig.far_end->played());
  CHECK(remembered(rig) == words_in(rig.far_end->played()));
}

TEST_CASE("a late report about an interrupted reply counts, though the next one never sounded") {
  SessionOptions options;
  options.reports_playback = true;
  sim::FarEndOptions far_end;
  far_end.report_delay.base = 400ms;
  SessionRig rig(scripted_agent(kReply), std::move(options), far_end);
  REQUIRE(rig.session->push_text("count").ok());
  rig.run(1'200ms);
  REQUIRE(rig.session->push_text("no").ok());
  REQUIRE(rig.session->push_text("or yes").ok());  // the answer to the first has no sound yet
  const int known = word_count(remembered(rig));
  rig.run(500ms);
  CHECK(word_count(remembered(rig)) > known);
}

TEST_CASE("a report beyond what was sent is not believed for what comes later") {
  SessionRig rig(scripted_agent(kReply), {}, {0ms, false});
  REQUIRE(rig.session->push_text("count").ok());
  rig.run(500ms);
  rig.session->report_playback(1'000'000'000);
  rig.session->interrupt();
  // Sent are 470 ms that have been played, and the lead.
  CHECK(word_count(remembered(rig)) <= word_count(words_in(kCharacter * 10)));
}

TEST_CASE("progress tells the words as they are heard") {
  SessionRig rig(scripted_agent("one two three"));
  std::vector<std::string> told;
  const Subscription progress = rig.session->events().subscribe<event::PlaybackProgress>(
      [&](const event::PlaybackProgress& e) { told.emplace_back(e.heard); });
  REQUIRE(rig.session->push_text("count").ok());
  REQUIRE(rig.settle());
  CHECK(told == std::vector<std::string>{"one", "one two", "one two three"});
}

TEST_CASE("a synthesiser's rate is converted, and nothing of any clause is lost") {
  AgentOptions agent = scripted_agent("One two three. Four five six. Seven eight nine ten.");
  sim::TtsScript script;
  script.sample_rate = GENERATE(8'000, 16'000, 22'050, 24'000, 48'000);
  script.word_timings = GENERATE(true, false);
  agent.tts.instance = sim::scripted_tts(script);
  SessionOptions options;
  options.output_rate = GENERATE(8'000, 16'000, 44'100, 48'000);
  SessionRig rig(agent, options);
  REQUIRE(rig.session->push_text("count").ok());
  REQUIRE(rig.settle());
  const double expected = 51 * 0.06 * options.output_rate;
  CHECK(std::abs(static_cast<double>(rig.far_end->played()) - expected) <= 51.0 + expected / 500);
  CHECK(rig.dialogue() ==
        "user: count | assistant: One two three. Four five six. Seven eight nine ten.");
  CHECK(rig.count("speech_segment") == 3);
  CHECK(rig.count("error") == 0);
}

TEST_CASE("an interrupted reply that was converted is known to the word too") {
  AgentOptions agent = scripted_agent(kReply);
  sim::TtsScript script;
  script.sample_rate = 24'000;
  agent.tts.instance = sim::scripted_tts(script);
  SessionOptions options;
  options.output_rate = 16'000;
  SessionRig rig(agent, options);
  REQUIRE(rig.session->push_text("count").ok());
  rig.run(1'400ms);
  rig.session->interrupt();
  rig.run(100ms);
  CHECK(remembered(rig) == words_in(rig.far_end->played()));
}
