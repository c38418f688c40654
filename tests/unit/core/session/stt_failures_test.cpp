// A recogniser or a detector that fails, stalls or breaks its contract.
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/puppet_stand.h"

using namespace voiceagent;
using namespace voiceagent::test;

TEST_CASE("stt: a stream that can't begin is an error, and the session goes on") {
  PuppetStand stand;
  stand.with_stt().stt->start_status = unavailable("no model here");
  SECTION("quietly") {}
  SECTION("although it has called back already") { stand.stt->calls_early = true; }
  SECTION("by handing over nothing") {
    stand.stt->start_status = {};
    stand.stt->makes_nothing = true;
  }
  SessionRig& rig = stand.start();
  speak(rig);
  REQUIRE(rig.settle());
  CHECK(rig.count("error") == 1);
  CHECK(contains(rig.json("error"), R"("stage":"stt")"));
  CHECK(contains(rig.json("error"), R"("turn":1)"));
  CHECK(rig.count("turn_dropped") == 1);
  check_usable(rig);
}

TEST_CASE("stt: an error before start() has returned is one of the stream's") {
  PuppetStand stand;
  stand.with_stt().stt->calls_early = true;
  SessionRig& rig = stand.start();
  speak(rig);
  REQUIRE(rig.settle());
  CHECK(rig.count("error") == 1);
  CHECK(contains(rig.json("error"), "called before it began"));
  CHECK(stand.stt->alive() == 0);
}

TEST_CASE("stt: words that never settle count as they are, and the next turn gets a new stream") {
  PuppetStand stand;
  stand.with_stt();
  SessionRig& rig = stand.start();
  rig.say("hello");
  stand.stt->partial("hello there");
  rig.wait(420ms);
  CHECK(stand.stt->line().log == "f");
  CHECK(rig.count("turn_ended") == 0);
  rig.wait(2s);
  CHECK(rig.count("turn_ended") == 1);
  CHECK(contains(rig.json("turn_ended"), R"("text":"hello there")"));
  CHECK(stand.stt->line().log == "fc");
  REQUIRE(rig.settle());
  CHECK(rig.dialogue() == "user: hello there | assistant: good morning to you");
  rig.say("hello");
  REQUIRE(stand.stt->lines.size() == 2);
}

TEST_CASE("stt: a recogniser that answers nothing at all has failed, and the user is told") {
  PuppetStand stand;
  stand.with_stt();
  stand.agent.resilience.apology = "sorry";
  SessionRig& rig = stand.start();
  speak(rig);
  rig.wait(2s);
  CHECK(rig.count("turn_dropped") == 1);
  CHECK(rig.count("error") == 1);
  CHECK(contains(rig.json("error"), R"("code":"timeout")"));
  CHECK(contains(rig.json("error"), R"("turn":1)"));
  REQUIRE(rig.settle());
  CHECK(rig.dialogue() == "assistant: sorry");
  check_usable(rig);
}

TEST_CASE("stt: who speaks on after a turn that was never answered has begun another one") {
  PuppetStand stand;
  stand.with_stt();
  stand.agent.limits.max_utterance = 500ms;
  SessionRig& rig = stand.start();
  rig.noise(3s);
  CHECK(rig.count("error") == 1);
  CHECK(contains(rig.json("error"), R"("turn":1)"));
  CHECK(rig.count("speech_started") == 2);
}

TEST_CASE("stt: an answer without words is a sound without words") {
  PuppetStand stand;
  stand.with_stt();
  stand.agent.resilience.apology = "sorry";
  SessionRig& rig = stand.start();
  speak(rig);
  stand.stt->final("");
  rig.wait(10s);
  CHECK(rig.count("turn_dropped") == 1);
  CHECK(rig.count("error") == 0);
  CHECK(rig.session->idle());
  check_usable(rig);
}

TEST_CASE("stt: a stream that fails or closes in mid-turn ends it with what was understood") {
  PuppetStand stand;
  stand.with_stt();
  SessionRig& rig = stand.start();
  rig.say("hello");
  stand.stt->partial("hello there");
  rig.run(0ms);
  const Duration now = rig.now();
  const bool closes = GENERATE(true, false);
  if (closes) {
    stand.stt->line().close();
  } else {
    stand.stt->line().sink->error({ErrorCode::kUnavailable, "gone"});
  }
  rig.run(0ms);
  CHECK(rig.count("error") == 1);
  CHECK(contains(rig.json("error"), R"("code":"unavailable")"));
  CHECK(contains(rig.json("turn_ended"), R"("text":"hello there","endpointing_ms":0.0)"));
  CHECK(contains(rig.json("turn_ended"), R"("transcript_ms":0.0)"));
  REQUIRE(rig.settle());
  CHECK(rig.when("turn_ended") == now);
  CHECK(rig.dialogue() == "user: hello there | assistant: good morning to you");
}

TEST_CASE("stt: what comes after cancel is dropped, and closed() twice is as good as once") {
  PuppetStand stand;
  stand.with_stt().stt->closes_on_cancel = false;
  SessionRig& rig = stand.start();
  speak(rig);
  rig.wait(2s);  // the final is late: cancelled
  const auto old = stand.stt->lines.front();
  REQUIRE(contains(old->log, "c"));
  rig.say("hello");
  old->sink->partial({"ghost", 1.0F, {}, {}});
  old->sink->final({"ghost", 1.0F, {}, {}});
  old->sink->error({ErrorCode::kInternal, "ghost"});
  old->close();
  old->sink->closed();
  rig.run(0ms);
  CHECK(rig.count("transcript_partial") == 0);
  CHECK(rig.count("transcript_final") == 0);
  CHECK(rig.count("error") == 1);  // that no final came
  CHECK_FALSE(old->alive);
  stand.stt->line().close();
}

TEST_CASE("stt: a recogniser that lags loses the oldest audio, and says so every 5 s") {
  PuppetStand stand;
  stand.with_stt().stt->accepts = false;
  SessionRig& rig = stand.start();
  for (int i = 0; i < 100; ++i) rig.noise(180ms);
  CHECK(rig.count("warning") == 1);
  CHECK(contains(rig.json("warning"), ": 20 ms of audio were dropped"));
  for (int i = 0; i < 50; ++i) rig.noise(180ms);
  CHECK(rig.count("warning") == 3);
  CHECK(contains(rig.json("warning"), R"("stage":"stt")"));
  CHECK(contains(rig.json("warning"), ": 5000 ms of audio were dropped"));
  stand.stt->line().accepts = true;
  stand.stt->line().sink->writable();
  rig.wait(420ms);
  stand.stt->final("hello");
  REQUIRE(rig.settle());
  CHECK(contains(rig.dialogue(), "user: hello"));
}

TEST_CASE("vad: a detector that can't begin leaves the session to typing") {
  class Broken final : public VadProvider {
   public:
    VadFormat format() const override { return {}; }
    Result<std::unique_ptr<VadStream>> start(const StreamContext&) override {
      return unavailable("no detector here");
    }
  };
  PuppetStand stand;
  stand.agent.vad = {"broken", {}, std::make_shared<Broken>()};
  SessionRig& rig = stand.start();
  rig.say("hello there");
  CHECK(rig.count("error") == 1);
  CHECK(contains(rig.json("error"), R"("stage":"vad")"));
  CHECK(contains(rig.json("mode_changed"), "text_to_voice"));
  check_usable(rig);
}
