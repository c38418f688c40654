// What becomes of tools when the reply that called them is over, and what they do to it.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/tool_stand.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

// The model has called "book", and the user has typed something else meanwhile.
struct Interrupted {
  ToolStand stand;
  SessionRig* rig = nullptr;

  explicit Interrupted(ToolInterruption interruption) {
    Tool tool = stand.desk.tool("book");
    tool.interruption = interruption;
    rig = &stand.begin({tool});
    stand.llm->line().sink->delta("I book.");
    stand.llm->call("c1", "book");
    rig->run(3s);
    REQUIRE(stand.desk.calls->size() == 1);
    REQUIRE(rig->session->push_text("and the weather").ok());
    rig->run(0ms);
  }
  void answer(std::string_view text) {
    stand.llm->reply(text);
    REQUIRE(rig->settle());
  }
};

}  // namespace

TEST_CASE("tools: an interruption cancels calls that nobody waits for any more") {
  Interrupted scene(ToolInterruption::kCancel);
  CHECK(scene.stand.desk.call().cancelled());
  CHECK(scene.rig->count("tool_call_cancelled") == 1);
  CHECK(contains(scene.stand.llm->asked.back(),
                 R"(assistant: I book.- [c1 book {}] | c1: {"state":"cancelled")"));
  scene.stand.desk.answer("booked");
  scene.answer("Sunny.");
  CHECK(scene.rig->count("tool_call_finished") == 0);
}

TEST_CASE("tools: a call that may finish has its result in the context when the model is asked") {
  Interrupted scene(ToolInterruption::kFinishSilently);
  CHECK_FALSE(scene.stand.desk.call().cancelled());
  CHECK(scene.rig->count("tool_call_cancelled") == 0);
  CHECK(contains(scene.stand.llm->asked.back(), R"(c1: {"state":"running"})"));
  CHECK_FALSE(scene.rig->session->idle());
  scene.stand.desk.answer("booked");
  scene.answer("Sunny.");
  CHECK(scene.rig->count("tool_call_finished") == 1);
  CHECK(scene.rig->count("reply_started") == 2);
  CHECK(scene.rig->dialogue() ==
        "user: hello | assistant: I book.- | tool: booked | user: and the weather | "
        "assistant: Sunny.");
  REQUIRE(scene.rig->session->push_text("well").ok());
  scene.rig->run(0ms);
  CHECK(contains(scene.stand.llm->asked.back(), "c1: booked | user: and the weather"));
}

TEST_CASE("tools: a result that is to be told is told when nobody speaks, once") {
  Interrupted scene(ToolInterruption::kFinishAndTell);
  scene.stand.desk.answer("booked");
  scene.rig->run(0ms);
  CHECK(scene.stand.llm->lines.size() == 2);  // the answer about the weather is on
  scene.stand.llm->reply("Sunny.");
  for (int i = 0; i < 500 && scene.stand.llm->lines.size() < 3; ++i) scene.rig->wait(20ms);
  REQUIRE(scene.stand.llm->lines.size() == 3);
  CHECK(contains(scene.stand.llm->asked.back(),
                 "assistant: Sunny. | system: The call c1 of the tool book has ended meanwhile, "
                 "with this result: booked"));
  scene.answer("By the way, it is booked.");
  CHECK(scene.rig->count("reply_started") == 3);
  CHECK(scene.rig->session->context().back().text == "By the way, it is booked.");
}

TEST_CASE("tools: a result that the model has seen meanwhile is not told again") {
  Interrupted scene(ToolInterruption::kFinishAndTell);
  scene.stand.desk.answer("booked");
  scene.rig->run(0ms);
  REQUIRE(scene.rig->session->push_text("is it booked").ok());
  scene.rig->run(0ms);
  REQUIRE(scene.stand.llm->lines.size() == 3);
  CHECK(contains(scene.stand.llm->asked.back(), "c1: booked"));
  scene.answer("It is.");
  CHECK(scene.stand.llm->lines.size() == 3);
}

TEST_CASE("tools: a result that the model has seen after a later round is not told again") {
  Interrupted scene(ToolInterruption::kFinishAndTell);
  scene.stand.llm->call("c2", "book", R"({"day":2})");
  scene.rig->run(0ms);
  REQUIRE(scene.stand.desk.calls->size() == 2);
  scene.stand.desk.answer("booked");
  scene.rig->run(0ms);
  scene.stand.desk.answer("booked, too", 1);
  scene.rig->run(0ms);
  REQUIRE(scene.stand.llm->lines.size() == 3);
  CHECK(contains(scene.stand.llm->asked.back(), "c1: booked |"));
  scene.answer("Both are booked.");
  scene.rig->run(5s);
  CHECK(scene.stand.llm->lines.size() == 3);
  CHECK(scene.rig->count("reply_started") == 2);
}

TEST_CASE("tools: a call that was cut off and still works is not made twice at once") {
  Interrupted scene(ToolInterruption::kCancel);
  scene.stand.llm->call("c2", "book");
  scene.rig->run(0ms);
  REQUIRE(scene.stand.llm->lines.size() == 3);
  CHECK(contains(scene.stand.llm->asked.back(), "was cut off but still works, as c1"));
  CHECK(scene.stand.desk.calls->size() == 1);
  scene.stand.desk.answer("stopped");
  scene.rig->run(0ms);
  scene.stand.llm->call("c3", "book");
  scene.rig->run(0ms);
  CHECK(scene.stand.desk.calls->size() == 2);
}

TEST_CASE("tools: a call whose reply was interrupted still times out") {
  Interrupted scene(ToolInterruption::kFinishSilently);
  scene.answer("Sunny.");
  scene.rig->run(10s);
  CHECK(contains(scene.rig->json("tool_call_finished"), R"("state":"timed_out")"));
  CHECK(scene.rig->session->idle());
}

TEST_CASE(
    "tools: a session closes with calls running; all of them end, and late answers are lost") {
  ToolStand stand;
  Tool quits = stand.desk.tool("quits");
  quits.interruption = ToolInterruption::kCancel;
  Tool stays = stand.desk.tool("stays");
  SessionRig& rig = stand.begin({quits, stays});
  stand.llm->line().sink->tool_call({"a", "quits", "{}"});
  stand.llm->line().sink->tool_call({"b", "stays", "{}"});
  stand.llm->end_with_calls();
  rig.run(0ms);
  rig.session->close();
  rig.run(0ms);
  CHECK(rig.session->closed());
  CHECK(rig.count("tool_call_cancelled") == 2);
  CHECK(stand.desk.call(0).cancelled());
  CHECK_FALSE(stand.desk.call(1).cancelled());
  stand.desk.answer("late", 0);
  stand.desk.answer("late", 1);
  rig.run(1s);
  CHECK(rig.lines.back().find("session_closed") != std::string::npos);
  for (const ContextEntry& entry : rig.session->context()) {
    if (entry.role == Role::kTool) CHECK(entry.state == ToolState::kCancelled);
  }
}

TEST_CASE(
    "tools: the agent fills a silence of its tools once, in words that are part of the reply") {
  ToolStand stand;
  Tool tool = stand.desk.tool("book");
  tool.filler = "One moment.";
  tool.filler_delay = 1s;
  SessionRig& rig = stand.begin({tool});
  stand.llm->call("c1", "book");
  rig.run(990ms);
  CHECK(rig.count("speech_segment") == 0);
  rig.run(20ms);
  CHECK(contains(rig.json("speech_segment"), R"("text":"One moment.")"));
  rig.run(5s);
  CHECK(rig.count("speech_segment") == 1);
  stand.desk.answer("booked");
  rig.run(0ms);
  CHECK(stand.llm->asked.back() == "user: hello | assistant:  [c1 book {}] | c1: booked");
  stand.llm->reply("It is booked.");
  REQUIRE(rig.settle());
  CHECK(rig.far_end->heard() == "One moment. It is booked.");
  CHECK(rig.dialogue() ==
        "user: hello | assistant:  | tool: booked | assistant: One moment. It is booked.");
}

TEST_CASE("tools: rounds of calls that say nothing are filled by the agent's own filler") {
  ToolStand stand;
  SessionRig& rig = stand.begin();
  stand.llm->call("c1", "book");
  rig.run(4s);
  stand.desk.answer("ask again");
  rig.run(0ms);
  stand.llm->call("c2", "book");
  rig.run(1990ms);
  CHECK(rig.count("speech_segment") == 0);
  rig.run(20ms);
  CHECK(contains(rig.json("reply_delta"), R"("text":"One moment, please.")"));
  rig.run(6s);
  CHECK(rig.count("reply_delta") == 1);  // so long since its last sound, not since its first
  stand.desk.answer("booked", 1);
  rig.run(0ms);
  stand.llm->reply("It is booked.");
  REQUIRE(rig.settle());
  CHECK(rig.far_end->heard() == "One moment, please. It is booked.");
}

TEST_CASE("tools: half of a call's deadline is told, once, while its reply waits for it") {
  ToolStand stand;
  SessionRig& rig = stand.begin();
  stand.llm->call("c1", "book");
  rig.run(4999ms);
  CHECK(rig.count("stage_delayed") == 0);
  SECTION("it waits") {
    rig.run(1ms);
    CHECK(contains(rig.json("stage_delayed"),
                   R"("stage":"tool","provider":"book","waited_ms":5000.0)"));
    stand.desk.call().progress("Half.");
    rig.run(4999ms);
    CHECK(rig.count("stage_delayed") == 1);
    CHECK(rig.count("tool_call_finished") == 0);
    rig.run(1ms);
    CHECK(rig.count("tool_call_finished") == 1);
  }
  SECTION("it was interrupted") {
    REQUIRE(rig.session->push_text("and the weather").ok());
    stand.llm->reply("Sunny.");
    rig.run(3s);
    CHECK(rig.count("stage_delayed") == 0);
  }
}

TEST_CASE("tools: progress is spoken if the tool wants it, and shown in any case") {
  ToolStand stand;
  SessionRig& rig = stand.begin();
  stand.llm->call("c1", "book");
  rig.run(100ms);
  stand.desk.call().progress("A third.", ToolProgress::kShown);
  stand.desk.call().progress("Half.", ToolProgress::kSpoken);
  stand.desk.call().progress(std::string(5'000, 'x'));
  for (int i = 0; i < 100; ++i) stand.desk.call().progress("too often");
  rig.run(0ms);
  CHECK(rig.count("tool_call_progress") == 16);
  stand.desk.answer("booked");
  rig.run(0ms);
  stand.llm->reply("Done.");
  REQUIRE(rig.settle());
  CHECK(rig.far_end->heard() == "Half. Done.");
}

TEST_CASE("tools: a turn that waits is answered although a tool's progress found no voice") {
  ToolStand stand;
  stand.agent.turn.typed_text = TypedText::kQueue;
  stand.with_tts().tts->start_status = unavailable("no voice");
  SessionRig& rig = stand.begin();
  stand.llm->call("c1", "book");
  rig.run(0ms);
  REQUIRE(rig.session->push_text("and you?").ok());
  stand.desk.call().progress("Half.", ToolProgress::kSpoken);
  rig.run(0ms);
  CHECK(rig.count("playback_finished") == 1);
  REQUIRE(stand.llm->lines.size() == 2);
  stand.llm->reply("Fine.");
  rig.run(0ms);
  CHECK(rig.count("reply_delta") == 2);
  CHECK(rig.count("playback_finished") == 2);
}

TEST_CASE("tools: a voice that fails while a tool works ends the reply, not the call") {
  ToolStand stand;
  stand.with_tts();
  SessionRig& rig = stand.begin();
  stand.llm->line().sink->delta("One moment.");
  stand.llm->call("c1", "book");
  rig.run(0ms);
  stand.tts->line().sink->error({ErrorCode::kUnavailable, "no voice"});
  rig.run(1s);
  CHECK(rig.count("playback_finished") == 1);
  CHECK(rig.count("tool_call_cancelled") == 0);
  stand.desk.answer("booked");
  rig.run(0ms);
  CHECK(rig.count("tool_call_finished") == 1);
  CHECK(rig.session->idle());
}

TEST_CASE("tools: a call that ends the call hangs up when the goodbye has been heard") {
  ToolStand stand;
  Tool tool;
  tool.name = "hang_up";
  tool.effect = ToolEffect::kEndCall;
  SessionRig& rig = stand.begin({tool});
  stand.llm->line().sink->delta("Goodbye then.");
  stand.llm->call("c1", "hang_up");
  rig.run(100ms);
  CHECK_FALSE(rig.session->closed());
  CHECK(rig.settle());
  rig.run(100ms);
  CHECK(rig.session->closed());
  CHECK(rig.far_end->heard() == "Goodbye then.");
  CHECK(stand.llm->lines.size() == 1);
  CHECK(contains(rig.lines.back(), R"("reason":"agent")"));
}

TEST_CASE("tools: a mode that the agent can't hold makes the call fail") {
  ToolStand stand;
  stand.agent.mode = Mode::kTextToText;
  stand.agent.tts = {};
  stand.agent.tts.name = "";
  Tool tool;
  tool.name = "switch";
  tool.effect = ToolEffect::kChangeMode;
  tool.parameters = R"({"type":"object","properties":{"mode":{"type":"string"}}})";
  SessionRig& rig = stand.begin({tool});
  SECTION("no voice") {
    stand.llm->call("c1", "switch", R"({"mode":"text_to_voice"})");
    rig.run(0ms);
    CHECK(contains(rig.json("tool_call_finished"), "needs a tts provider"));
  }
  SECTION("no such mode") {
    stand.llm->call("c1", "switch", R"({"mode":"telepathy"})");
    rig.run(0ms);
    CHECK(contains(rig.json("tool_call_finished"), "there is no mode 'telepathy'"));
  }
  SECTION("one that it can") {
    stand.llm->call("c1", "switch", R"({"mode":"voice_to_text"})");
    rig.run(0ms);
    CHECK(rig.session->mode() == Mode::kVoiceToText);
    CHECK(contains(rig.json("tool_call_finished"), R"("state":"done")"));
  }
}
