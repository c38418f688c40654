// A model that fails, stalls or breaks its contract.
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/puppet_stand.h"

using namespace voiceagent;
using namespace voiceagent::test;

TEST_CASE("llm: a model that never answers is given up after the deadline") {
  PuppetStand stand;
  stand.with_llm();
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  rig.run(14'999ms);
  CHECK(rig.count("error") == 0);
  rig.run(1ms);
  CHECK(rig.count("error") == 1);
  CHECK(contains(rig.json("error"), R"("stage":"llm","code":"timeout","provider":"puppet")"));
  CHECK(stand.llm->line().log == "c");
  REQUIRE(rig.settle());
  CHECK(rig.dialogue() == "user: hello");
  REQUIRE(rig.session->push_text("again").ok());
  stand.llm->reply("here I am");
  REQUIRE(rig.settle());
  CHECK(rig.dialogue() == "user: hello | user: again | assistant: here I am");
}

TEST_CASE("llm: what was said before a failure is said and heard, and the turn ends") {
  PuppetStand stand;
  stand.with_llm();
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  stand.llm->line().sink->delta("one two three");
  SECTION("an error") {
    stand.llm->line().sink->error({ErrorCode::kUnavailable, "gone"});
    rig.run(0ms);
    CHECK(contains(rig.json("error"), R"("code":"unavailable")"));
  }
  SECTION("closed without done") {
    stand.llm->line().close();
    rig.run(0ms);
    CHECK(contains(rig.json("error"), R"("code":"unavailable")"));
  }
  SECTION("a stall") {
    rig.run(15s);
    CHECK(contains(rig.json("error"), R"("code":"timeout")"));
  }
  SECTION("closed after a tool call, without done: the tool does not run") {
    stand.llm->line().sink->tool_call({"1", "launch", "{}"});
    stand.llm->line().close();
    rig.run(0ms);
    CHECK(contains(rig.json("error"), R"("code":"unavailable")"));
    CHECK(rig.count("tool_call_started") == 0);
  }
  REQUIRE(rig.settle());
  CHECK(rig.count("error") == 1);
  CHECK(rig.far_end->heard() == "one two three");
  CHECK(rig.dialogue() == "user: hello | assistant: one two three");
  CHECK(rig.count("playback_finished") == 1);
  CHECK(rig.count("reply_done") == 0);
}

TEST_CASE("llm: a request that can't begin is an error, and the session goes on") {
  PuppetStand stand;
  stand.with_llm();
  SECTION("quietly") { stand.llm->start_status = unavailable("no network"); }
  SECTION("although it has called back already") {
    stand.llm->start_status = unavailable("no network");
    stand.llm->calls_early = true;
  }
  SECTION("by handing over nothing") { stand.llm->makes_nothing = true; }
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  REQUIRE(rig.settle());
  CHECK(rig.count("error") == 1);
  CHECK(rig.count("turn_metrics") == 1);
  CHECK(rig.dialogue() == "user: hello");
  stand.llm->start_status = {};
  stand.llm->calls_early = stand.llm->makes_nothing = false;
  REQUIRE(rig.session->push_text("again").ok());
  stand.llm->reply("yes");
  REQUIRE(rig.settle());
  CHECK(rig.dialogue() == "user: hello | user: again | assistant: yes");
}

TEST_CASE("llm: an empty reply to the user is an error, also of a model that is not tried again") {
  PuppetStand stand;
  stand.with_llm();
  stand.agent.resilience.retries = 0;
  stand.agent.resilience.apology = "sorry";
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  stand.llm->reply("");
  REQUIRE(rig.settle());
  CHECK(rig.count("error") == 1);
  CHECK(contains(rig.json("error"), R"("code":"protocol")"));
  CHECK(rig.dialogue() == "user: hello | assistant: sorry");
}

TEST_CASE("llm: nothing counts after done") {
  PuppetStand stand;
  stand.with_llm();
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  LlmSink& sink = *stand.llm->line().sink;
  sink.delta("yes");
  sink.done({}, FinishReason::kStop);
  sink.delta("no");
  sink.done({}, FinishReason::kStop);
  sink.error({ErrorCode::kInternal, "ghost"});
  REQUIRE(rig.settle());
  CHECK(rig.count("reply_done") == 1);
  CHECK(rig.count("error") == 0);
  CHECK(rig.dialogue() == "user: hello | assistant: yes");
}

TEST_CASE("llm: text that comes after an interruption is neither shown nor spoken") {
  PuppetStand stand;
  stand.with_llm().llm->closes_on_cancel = false;
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  stand.llm->line().sink->delta("One two three. ");
  rig.run(500ms);
  rig.session->interrupt();
  const int deltas = rig.count("reply_delta");
  stand.llm->line().sink->delta("Four five six. ");
  stand.llm->line().sink->done({}, FinishReason::kStop);
  rig.run(5s);
  CHECK(rig.count("reply_delta") == deltas);
  CHECK(rig.count("reply_done") == 0);
  CHECK_FALSE(contains(rig.far_end->heard(), "Four"));
  CHECK(stand.llm->alive() == 1);
  stand.llm->line().close();
  rig.run(0ms);
  CHECK(stand.llm->alive() == 0);
}

TEST_CASE("llm: text that is not UTF-8 is mended, everywhere alike") {
  PuppetStand stand;
  stand.with_llm().agent.mode = Mode::kTextToText;
  SessionRig& rig = stand.start();
  std::string shown;
  const Subscription deltas = rig.session->events().subscribe<event::ReplyDelta>(
      [&](const event::ReplyDelta& e) { shown += e.text; });
  REQUIRE(rig.session->push_text("hello").ok());
  stand.llm->reply("a caf\xC3, please");
  rig.run(0ms);
  CHECK(shown == "a caf\xEF\xBF\xBD, please");
  CHECK(rig.session->context().back().text == shown);
}
