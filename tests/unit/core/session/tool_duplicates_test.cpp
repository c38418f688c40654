// The same call twice: while the first one runs, after its time-out, after it has answered too
// late.
#include <string>

#include "support/catch.h"
#include "support/tool_stand.h"

using namespace voiceagent;
using namespace voiceagent::test;

TEST_CASE("tools: a call with the arguments of a running one") {
  ToolStand stand;
  Tool tool = stand.desk.tool("book");
  const auto twice = [&](ToolDuplicates duplicates) -> SessionRig& {
    tool.duplicates = duplicates;
    SessionRig& rig = stand.begin({tool});
    stand.llm->line().sink->tool_call({"a", "book", R"({"x":1,"y":[2]})"});
    stand.llm->line().sink->tool_call({"b", "book", R"({"y":[2],"x":1})"});
    stand.llm->end_with_calls();
    rig.run(0ms);
    return rig;
  };
  SECTION("joins it") {
    SessionRig& rig = twice(ToolDuplicates::kJoin);
    REQUIRE(stand.desk.calls->size() == 1);
    stand.desk.answer("booked");
    rig.run(0ms);
    CHECK(contains(stand.llm->asked.at(1), "a: booked | b: booked"));
    CHECK(rig.count("tool_call_finished") == 2);
  }
  SECTION("is rejected") {
    SessionRig& rig = twice(ToolDuplicates::kReject);
    REQUIRE(stand.desk.calls->size() == 1);
    stand.desk.answer("booked");
    rig.run(0ms);
    CHECK(contains(stand.llm->asked.at(1), "a: booked | b: {\"state\":\"rejected\""));
    CHECK(contains(stand.llm->asked.at(1), "the same call runs already, as a"));
  }
  SECTION("runs as well") {
    SessionRig& rig = twice(ToolDuplicates::kAllow);
    REQUIRE(stand.desk.calls->size() == 2);
    stand.desk.answer("one", 0);
    stand.desk.answer("two", 1);
    rig.run(0ms);
    CHECK(contains(stand.llm->asked.at(1), "a: one | b: two"));
  }
}

TEST_CASE("tools: a call that is made again after its time-out, while its handler still works") {
  ToolStand stand;
  Tool tool = stand.desk.tool("book");
  const auto again = [&](ToolDuplicates duplicates) -> SessionRig& {
    tool.duplicates = duplicates;
    SessionRig& rig = stand.begin({tool});
    stand.llm->call("a", "book");
    rig.run(11s);
    CHECK(contains(stand.llm->asked.at(1), R"(a: {"state":"timed_out")"));
    stand.llm->call("b", "book");
    rig.run(2s);
    return rig;
  };
  SECTION("gets the result of the first one, which goes on") {
    SessionRig& rig = again(ToolDuplicates::kJoin);
    REQUIRE(stand.desk.calls->size() == 1);
    CHECK_FALSE(stand.desk.call(0).cancelled());
    stand.desk.answer("booked");
    rig.run(0ms);
    CHECK(contains(stand.llm->asked.at(2), "b: booked"));
  }
  SECTION("times out again") {
    SessionRig& rig = again(ToolDuplicates::kJoin);
    rig.run(10s);
    REQUIRE(stand.desk.calls->size() == 1);
    CHECK(contains(stand.llm->asked.at(2), R"(b: {"state":"timed_out")"));
    CHECK(stand.desk.call(0).cancelled());
  }
  SECTION("is rejected") {
    (void)again(ToolDuplicates::kReject);
    REQUIRE(stand.desk.calls->size() == 1);
    CHECK(contains(stand.llm->asked.at(2), "has timed out but still works, as a"));
  }
  SECTION("runs as well") {
    (void)again(ToolDuplicates::kAllow);
    CHECK(stand.desk.calls->size() == 2);
  }
}

TEST_CASE("tools: a call that joins another one has a deadline of its own") {
  ToolStand stand;
  SessionRig& rig = stand.begin();
  stand.llm->call("a", "book");
  rig.run(9900ms);
  REQUIRE(rig.session->push_text("did you book it").ok());
  rig.run(0ms);
  stand.llm->call("b", "book");
  rig.run(0ms);
  REQUIRE(stand.desk.calls->size() == 1);
  rig.run(100ms);
  CHECK(rig.count("tool_call_finished") == 1);  // the first one has timed out
  CHECK_FALSE(stand.desk.call().cancelled());
  SECTION("the answer is for it") {
    stand.desk.call().progress("Half.");
    rig.run(9s);
    CHECK(contains(rig.json("tool_call_progress"), R"("call_id":"b")"));
    stand.desk.answer("booked");
    rig.run(0ms);
    CHECK(contains(stand.llm->asked.back(), "b: booked"));
  }
  SECTION("it times out after the same time as any other") {
    rig.run(9899ms);
    CHECK(rig.count("tool_call_finished") == 1);
    rig.run(1ms);
    CHECK(rig.count("tool_call_finished") == 2);
    CHECK(stand.desk.call().cancelled());
    CHECK(contains(stand.llm->asked.back(), R"(b: {"state":"timed_out")"));
  }
  CHECK(stand.desk.calls->size() == 1);
}

TEST_CASE("tools: a call that is made again when its handler has answered too late") {
  ToolStand stand;
  Tool tool = stand.desk.tool("book");
  Duration came{0};
  const auto late = [&](Result<std::string> answer) -> SessionRig& {
    SessionRig& rig = stand.begin({tool});
    stand.llm->call("a", "book", R"({"seats":2})");
    rig.run(11s);
    REQUIRE(contains(stand.llm->asked.at(1), R"(a: {"state":"timed_out")"));
    stand.desk.call().answer(std::move(answer));
    came = rig.now();
    stand.llm->reply("Shall I try again?");
    REQUIRE(rig.settle());
    return rig;
  };
  const auto again = [&](SessionRig& rig, Duration after, int seats = 2) {
    rig.run(came + after - rig.now());
    REQUIRE(rig.session->push_text("yes").ok());
    rig.run(0ms);
    stand.llm->call("b", "book", R"({"seats":)" + std::to_string(seats) + "}");
    rig.run(0ms);
  };
  SECTION("gets that answer") {
    tool.duplicates = GENERATE(ToolDuplicates::kJoin, ToolDuplicates::kReject);
    SessionRig& rig = late(std::string("booked"));
    again(rig, 60s);
    CHECK(stand.desk.calls->size() == 1);
    REQUIRE(stand.llm->asked.size() == 4);
    CHECK(contains(stand.llm->asked[3], R"(a: {"state":"timed_out")"));
    CHECK(contains(stand.llm->asked[3], "b: booked"));
    stand.llm->call("c", "book", R"({"seats":2})");
    rig.run(0ms);
    CHECK(stand.desk.calls->size() == 2);  // once: now it is another wish
  }
  SECTION("runs anew after a while") {
    again(late(std::string("booked")), 60'001ms);
    CHECK(stand.desk.calls->size() == 2);
  }
  SECTION("runs anew with other arguments") {
    again(late(std::string("booked")), 20s, 3);
    CHECK(stand.desk.calls->size() == 2);
  }
  SECTION("runs anew after a failure") {
    again(late(unavailable("no table is free")), 20s);
    CHECK(stand.desk.calls->size() == 2);
  }
  SECTION("runs anew if it may run twice") {
    tool.duplicates = ToolDuplicates::kAllow;
    again(late(std::string("booked")), 20s);
    CHECK(stand.desk.calls->size() == 2);
  }
}

TEST_CASE("tools: an effect takes place when a late answer is asked for") {
  ToolStand stand;
  Tool tool = stand.desk.tool("hang_up");
  tool.effect = ToolEffect::kEndCall;
  SessionRig& rig = stand.begin({tool});
  stand.llm->call("a", "hang_up");
  rig.run(11s);
  stand.desk.answer("goodbye");
  rig.run(0ms);
  stand.llm->line().sink->delta("Goodbye.");
  stand.llm->call("b", "hang_up");
  REQUIRE(rig.settle());
  rig.run(100ms);
  CHECK(rig.session->closed());
  CHECK(stand.desk.calls->size() == 1);
}
