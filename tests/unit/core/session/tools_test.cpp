// Tools in a session: from the model's call to the words about its result.
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/tool_stand.h"

using namespace voiceagent;
using namespace voiceagent::test;

TEST_CASE("tools: a call runs, its result goes to the model, and the reply goes on") {
  ToolStand stand;
  SessionRig& rig = stand.begin();
  CHECK(stand.llm->tools == 1);
  stand.llm->line().sink->delta("Let me see.");
  stand.llm->call("c1", "book", R"({"seats":2})");
  rig.run(500ms);
  REQUIRE(stand.desk.calls->size() == 1);
  CHECK(stand.desk.call().call_id() == "c1");
  CHECK(stand.desk.call().number() == 1);
  CHECK(stand.desk.call().session_id() == rig.session->id());
  CHECK(stand.desk.call().arguments()["seats"].integer() == 2);
  CHECK_FALSE(stand.desk.call().cancelled());
  CHECK(stand.llm->asked.size() == 1);
  stand.desk.answer(R"({"table":7})");
  rig.run(0ms);
  REQUIRE(stand.llm->asked.size() == 2);
  CHECK(stand.llm->asked[1] ==
        R"(user: hello | assistant: Let me see. [c1 book {"seats":2}] | c1: {"table":7})");
  stand.llm->reply("Table seven is yours.");
  REQUIRE(rig.settle());
  CHECK(rig.far_end->heard() == "Let me see. Table seven is yours.");
  CHECK(rig.dialogue() == R"(user: hello | assistant: Let me see. | tool: {"table":7} | )"
                          R"(assistant: Table seven is yours.)");
  CHECK(contains(rig.json("tool_call_started"),
                 R"("call_id":"c1","tool":"book","arguments":"{\"seats\":2}")"));
  CHECK(contains(rig.json("tool_call_finished"),
                 R"("state":"done","result":"{\"table\":7}","duration_ms":500.0)"));
  CHECK(contains(rig.json("reply_done"), R"("text":"Let me see. Table seven is yours.")"));
  CHECK(contains(rig.json("reply_done"), R"("input_tokens":10,"output_tokens":5)"));
  CHECK(contains(rig.json("turn_metrics"), R"("tools_ms":500.0)"));
  CHECK(rig.count("reply_started") == 1);
  CHECK(rig.count("error") == 0);
}

TEST_CASE("tools: calls of one answer run at the same time, and the model waits for all") {
  ToolStand stand;
  SessionRig& rig = stand.begin({stand.desk.tool("book"), stand.desk.tool("weather")});
  stand.llm->line().sink->tool_call({"a", "book", "{}"});
  stand.llm->line().sink->tool_call({"b", "weather", "{}"});
  stand.llm->end_with_calls();
  rig.run(0ms);
  REQUIRE(stand.desk.calls->size() == 2);
  stand.desk.answer("sunny", 1);
  rig.run(3s);
  CHECK(stand.llm->asked.size() == 1);
  stand.desk.answer("booked", 0);
  rig.run(0ms);
  REQUIRE(stand.llm->asked.size() == 2);
  CHECK(stand.llm->asked[1] ==
        "user: hello | assistant:  [a book {}] [b weather {}] | a: booked | b: sunny");
}

TEST_CASE("tools: blanks after a tool's result are no text") {
  ToolStand stand;
  SessionRig& rig = stand.begin();
  stand.llm->call("c1", "book");
  rig.run(0ms);
  stand.desk.answer("booked");
  rig.run(0ms);
  stand.llm->reply(" \n");
  REQUIRE(rig.settle());
  CHECK(rig.count("reply_delta") == 0);
  CHECK(rig.count("error") == 0);
  CHECK(rig.session->context().back().role == Role::kTool);
}

TEST_CASE("tools: an answer is only taken once") {
  ToolStand stand;
  SessionRig& rig = stand.begin();
  stand.llm->call("c1", "book");
  rig.run(0ms);
  stand.desk.answer("first");
  stand.desk.answer("second");
  rig.run(0ms);
  stand.desk.answer("third");
  rig.run(0ms);
  CHECK(rig.count("tool_call_finished") == 1);
  CHECK(stand.llm->asked.at(1) == "user: hello | assistant:  [c1 book {}] | c1: first");
}

TEST_CASE("tools: whatever goes wrong with a call, the model is told, and the reply goes on") {
  ToolStand stand;
  Tool tool = stand.desk.tool("book");
  tool.deadline = 2s;
  tool.parameters =
      R"({"type":"object","properties":{"seats":{"type":"integer"}},"required":["seats"]})";
  Tool throws = stand.desk.tool("throws");
  throws.handler = [](const std::shared_ptr<ToolReply>&) { throw std::runtime_error("ouch"); };
  Tool blocks = stand.desk.tool("blocks");
  blocks.handler = blocking_tool([](ToolContext&) -> Result<std::string> { throw 7; });
  SessionRig& rig = stand.begin({tool, throws, blocks});
  std::string state = "rejected";
  std::string told;
  SECTION("no such tool") {
    stand.llm->call("c1", "cook", R"({"seats":2})");
    told = "there is no tool 'cook'";
  }
  SECTION("no JSON") {
    stand.llm->call("c1", "book", R"({"seats":)");
    told = "the arguments are no JSON: invalid JSON at line 1, column 10";
  }
  SECTION("wrong arguments") {
    stand.llm->call("c1", "book", R"({"seats":"two"})");
    told = "at /seats: breaks the rule";
  }
  SECTION("an error") {
    stand.llm->call("c1", "book", R"({"seats":2})");
    rig.run(0ms);
    stand.desk.call().answer(unavailable("no table is free"));
    state = "failed";
    told = "no table is free";
  }
  SECTION("never answered") {
    stand.llm->call("c1", "book", R"({"seats":2})");
    rig.run(1999ms);
    CHECK_FALSE(stand.desk.call().cancelled());
    CHECK(rig.count("tool_call_finished") == 0);
    rig.run(1ms);
    CHECK(stand.desk.call().cancelled());
    state = "timed_out";
    told = "no result within 2000 ms";
  }
  SECTION("dropped") {
    stand.llm->call("c1", "book", R"({"seats":2})");
    rig.run(0ms);
    stand.desk.calls->clear();
    state = "failed";
    told = "the tool dropped the call without an answer";
  }
  SECTION("thrown") {
    stand.llm->call("c1", "throws");
    state = "failed";
    told = "the tool threw: ouch";
  }
  SECTION("thrown on a worker") {
    stand.llm->call("c1", "blocks");
    state = "failed";
    told = "the tool threw something that is no exception";
  }
  rig.run(0ms);
  CHECK(contains(rig.json("tool_call_finished"), "\"state\":\"" + state + "\""));
  REQUIRE(stand.llm->asked.size() == 2);
  CHECK(contains(stand.llm->asked[1], "c1: {\"state\":\"" + state + "\",\"error\":\""));
  CHECK(contains(stand.llm->asked[1], told));
  stand.llm->reply("I am sorry.");
  REQUIRE(rig.settle());
  CHECK(rig.far_end->heard() == "I am sorry.");
  CHECK(rig.count("error") == 0);
}

TEST_CASE("tools: a blocking handler returns its answer") {
  ToolStand stand;
  Tool tool = stand.desk.tool("book");
  tool.handler = blocking_tool([](ToolContext& call) -> Result<std::string> {
    call.progress("looking");
    return std::string("booked ") + call.arguments().dump();
  });
  SessionRig& rig = stand.begin({tool});
  stand.llm->call("c1", "book", R"({"a":1})");
  rig.run(0ms);
  CHECK(stand.llm->asked.at(1) ==
        R"(user: hello | assistant:  [c1 book {"a":1}] | c1: booked {"a":1})");
  CHECK(contains(rig.json("tool_call_progress"), R"("text":"looking","how":"shown")"));
}

TEST_CASE("tools: what a handler's work throws makes its call fail") {
  ToolStand stand;
  Tool tool = stand.desk.tool("book");
  tool.handler = [](const std::shared_ptr<ToolReply>& reply) {
    REQUIRE(reply->run([] { throw std::runtime_error("no room"); }).ok());
  };
  SessionRig& rig = stand.begin({tool});
  stand.llm->call("c1", "book");
  rig.run(0ms);
  CHECK(contains(stand.llm->asked.at(1), "the tool threw: no room"));
}

TEST_CASE("tools: calls beyond the limit of one answer are rejected, the others run") {
  ToolStand stand;
  stand.agent.limits.max_tool_calls = 3;
  Tool tool = stand.desk.tool("book");
  tool.duplicates = ToolDuplicates::kAllow;
  SessionRig& rig = stand.begin({tool});
  for (int i = 0; i < 50; ++i) {
    stand.llm->line().sink->tool_call({"c" + std::to_string(i), "book", "{}"});
  }
  stand.llm->end_with_calls();
  rig.run(0ms);
  CHECK(stand.desk.calls->size() == 3);
  CHECK(rig.count("tool_call_started") == 50);
  CHECK(rig.count("tool_call_finished") == 47);
  for (std::size_t i = 0; i < 3; ++i) stand.desk.answer("ok", i);
  rig.run(0ms);
  CHECK(contains(stand.llm->asked.at(1), "c2: ok | c3: {\"state\":\"rejected\""));
}

TEST_CASE("tools: an answer with more calls than can be remembered fails, and no call is run") {
  ToolStand stand;
  SessionRig& rig = stand.begin();
  const auto answer_with = [&](int calls) {
    for (int i = 0; i < calls; ++i) {
      stand.llm->line().sink->tool_call({"c" + std::to_string(i), "book", "{}"});
    }
    stand.llm->end_with_calls();
    rig.run(0ms);
  };
  answer_with(257);
  CHECK(rig.count("tool_call_started") == 0);
  CHECK(contains(rig.json("error"), "the model called more than 256 tools in one answer"));
  REQUIRE(rig.session->push_text("again").ok());
  answer_with(256);
  CHECK(rig.count("error") == 1);
  CHECK(rig.count("tool_call_started") == 256);
}

TEST_CASE("tools: as many calls are run in one answer as the limit allows") {
  ToolStand stand;
  stand.agent.limits.max_tool_calls = 1'000;
  SessionRig& rig = stand.begin();
  for (int i = 0; i < 300; ++i) {
    stand.llm->line().sink->tool_call({"c" + std::to_string(i), "book", "{}"});
  }
  stand.llm->end_with_calls();
  rig.run(0ms);
  CHECK(rig.count("tool_call_started") == 300);
  CHECK(rig.count("error") == 0);
}

TEST_CASE("tools: results of any size are cut to the limit") {
  ToolStand stand;
  SessionRig& rig = stand.begin();
  stand.llm->call("c1", "book");
  rig.run(0ms);
  std::string huge;
  for (int i = 0; i < 1'000'000; ++i) huge += "0123\xE2\x82\xAC 89";
  stand.desk.answer(std::move(huge));
  rig.run(0ms);
  const std::string& result = stand.llm->line().texts.back();
  CHECK(result.size() <= 16 * 1024);
  CHECK(result.size() > 16 * 1024 - 64);
  CHECK(result.ends_with(" [cut: 10000000 bytes in all]"));
  CHECK(rig.session->context().back().text == result);
}

TEST_CASE("tools: calls without ids, or with the same, get ids of their own") {
  ToolStand stand;
  SessionRig& rig = stand.begin({stand.desk.tool("book"), stand.desk.tool("weather")});
  stand.llm->line().sink->tool_call({"", "book", "{}"});
  stand.llm->line().sink->tool_call({"a", "weather", R"({"x":1})"});
  stand.llm->line().sink->tool_call({"a", "weather", R"({"x":2})"});
  stand.llm->end_with_calls();
  rig.run(0ms);
  REQUIRE(stand.desk.calls->size() == 3);
  CHECK(stand.desk.call(0).call_id() == "call_1");
  CHECK(stand.desk.call(1).call_id() == "a");
  CHECK(stand.desk.call(2).call_id() == "call_2");
}

TEST_CASE("tools: after so many rounds the model must answer in words, and the reply ends") {
  ToolStand stand;
  stand.agent.limits.max_tool_rounds = 2;
  stand.agent.resilience.apology = "Sorry.";
  SessionRig& rig = stand.begin();
  stand.llm->call("a", "book");
  rig.run(0ms);
  stand.desk.answer("1", 0);
  rig.run(0ms);
  stand.llm->call("b", "book");
  rig.run(0ms);
  stand.desk.answer("2", 1);
  rig.run(0ms);
  CHECK(stand.llm->may_call == std::vector<bool>{true, true, false});
  SECTION("and it does") {
    stand.llm->reply("Here you are.");
    REQUIRE(rig.settle());
    CHECK(rig.far_end->heard() == "Here you are.");
    CHECK(rig.count("error") == 0);
  }
  SECTION("or it is told that it does not") {
    stand.llm->call("c", "book");
    REQUIRE(rig.settle());
    CHECK(stand.desk.calls->size() == 2);
    CHECK(rig.count("error") == 1);
    CHECK(contains(rig.json("tool_call_finished"), R"("state":"rejected")"));
    CHECK(rig.count("playback_finished") == 2);
    CHECK(rig.session->context().back().text == "Sorry.");
  }
}

TEST_CASE("tools: a reply that is prepared runs no tool before its turn is certain") {
  ToolStand stand;
  stand.agent.turn.endpointing_min = 300ms;
  stand.agent.turn.endpointing_max = 1500ms;
  stand.agent.turn.preemptive_replies = 1;
  stand.with_llm();
  stand.agent.tools = {stand.desk.tool("book")};
  SessionRig& rig = stand.start();
  rig.say("what is the weather like");
  for (int i = 0; i < 100 && stand.llm->lines.empty(); ++i) rig.wait(20ms);
  REQUIRE(stand.llm->lines.size() == 1);
  REQUIRE(rig.count("turn_ended") == 0);
  stand.llm->call("c1", "book");
  rig.wait(40ms);
  CHECK(rig.count("turn_ended") == 0);
  CHECK(stand.desk.calls->empty());
  for (int i = 0; i < 100 && rig.count("turn_ended") == 0; ++i) rig.wait(20ms);
  CHECK(stand.llm->lines.size() == 1);
  REQUIRE(stand.desk.calls->size() == 1);
  stand.desk.answer("booked");
  rig.run(0ms);
  REQUIRE(stand.llm->asked.size() == 2);
  CHECK(contains(stand.llm->asked[1], "c1: booked"));
  stand.llm->reply("It is booked.");
  REQUIRE(rig.settle());
  CHECK(rig.far_end->heard() == "It is booked.");
}
