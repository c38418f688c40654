// The far end: what it plays, what it reports, and what it knows.
#include "sim/far_end.h"

#include "support/catch.h"
#include "support/session_rig.h"

namespace voiceagent::test {
namespace {

const std::string kReply = "The first sentence is here. And the second one comes after it.";

std::string without_spaces(std::string text) {
  std::erase(text, ' ');
  return text;
}

TEST_CASE("the far end's truth is what was said, sample by sample") {
  sim::TtsScript script;
  script.numbered = true;
  AgentOptions agent = scripted_agent(kReply);
  agent.tts.instance = sim::scripted_tts(script);
  SessionRig rig(agent);
  rig.say("hello");
  REQUIRE(rig.settle());
  CHECK(without_spaces(rig.far_end->heard()) == without_spaces(kReply));
  const std::vector<sim::Played>& played = rig.far_end->stretches();
  REQUIRE_FALSE(played.empty());
  std::int64_t next = 0;
  for (const sim::Played& stretch : played) {
    CHECK(stretch.origin.stream == 1);
    CHECK(stretch.origin.sample == next);
    CHECK(stretch.turn == 1);
    next += stretch.samples;
  }
  CHECK(next == rig.far_end->played());
  CHECK(rig.far_end->reported() == next);
}

TEST_CASE("frames cross a network with jitter in order") {
  sim::FarEndOptions options;
  options.delay = sim::Latency(40ms, 60ms);
  options.buffer = 80ms;
  SessionRig rig(scripted_agent(kReply), {}, options);
  rig.say("hello");
  REQUIRE(rig.settle());
  CHECK(without_spaces(rig.far_end->heard()) == without_spaces(kReply));
  CHECK(rig.far_end->stretches().front().start >= rig.when("playback_started"));
}

TEST_CASE("frames that are lost play as silence and don't count as played") {
  sim::FarEndOptions options;
  options.lost_frames = 0.2;
  options.seed = 5;
  SessionRig rig(scripted_agent(kReply), {}, options);
  rig.say("hello");
  REQUIRE(rig.settle());
  const std::int64_t sent = static_cast<std::int64_t>(kReply.size()) * 960;
  CHECK(rig.far_end->played() < sent * 9 / 10);
  CHECK(rig.far_end->played() > sent * 7 / 10);
  const sim::Played& last = rig.far_end->stretches().back();
  const sim::Played& first = rig.far_end->stretches().front();
  CHECK(last.start - first.start == samples_to_duration(last.position - first.position, 16'000));
}

TEST_CASE("the reports of a far end are lost, late and stale, and the reply ends all the same") {
  sim::FarEndOptions options;
  options.report_delay = sim::Latency(0ms, 300ms);
  options.lost_reports = 0.3;
  options.stale_reports = 0.3;
  SessionRig rig(scripted_agent(kReply), {}, options);
  rig.say("hello");
  REQUIRE(rig.settle());
  CHECK(rig.dialogue() == "user: hello | assistant: " + kReply);
}

TEST_CASE("the same seed gives the same far end") {
  sim::FarEndOptions options;
  options.delay = sim::Latency(40ms, 60ms);
  options.lost_frames = 0.2;
  options.seed = 9;
  std::string heard[2];
  for (std::string& text : heard) {
    SessionRig rig(scripted_agent(kReply), {}, options);
    rig.say("hello");
    REQUIRE(rig.settle());
    text = rig.far_end->heard() + std::to_string(rig.far_end->last_played_at().count());
  }
  CHECK(heard[0] == heard[1]);
}

}  // namespace
}  // namespace voiceagent::test
