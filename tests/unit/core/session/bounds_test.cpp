// What waits inside a session is bounded, whoever brings too much of it: the host, the user, the
// model or a tool. (Audio, text and history have their bounds where they are kept.)
#include <string>
#include <vector>

#include "support/alloc_counter.h"
#include "support/catch.h"
#include "support/tool_stand.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

// What the session says to `count` texts that it is to say.
struct Says {
  int taken = 0;
  int refused = 0;
  void say(Session& session, int count) {
    for (int i = 0; i < count; ++i) {
      const Status status = session.say("One more.");
      taken += status.ok() ? 1 : 0;
      refused += status.code() == ErrorCode::kResourceExhausted ? 1 : 0;
    }
  }
};

int count_in(const std::vector<std::string>& lines, std::string_view what) {
  int count = 0;
  for (const std::string& line : lines) count += contains(line, what) ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("bounds: 16 texts wait to be said, also when a handler brings them") {
  SessionRig rig(scripted_agent("yes"));
  Says says;
  const Subscription once = rig.session->events().subscribe<event::TextIn>(
      [&](const auto&) { says.say(*rig.session, 1'000); });
  REQUIRE(rig.session->push_text("go").ok());
  CHECK(says.taken == 16);
  CHECK(says.refused == 984);
  rig.run(60s);
  const std::string heard = rig.far_end->heard();
  CHECK(heard.size() == std::string("yes").size() + 16 * std::string(" One more.").size());
  CHECK(rig.session->say("And another.").ok());  // there is room again
}

TEST_CASE("bounds: 16 texts wait for a session that has not opened yet") {
  auto time = VirtualExecutor::create();
  EngineOptions options;
  options.executors = {time};
  options.workers = time->workers();
  options.logger = make_null_logger();
  options.registry = std::make_shared<Registry>();
  const auto engine = make_engine(std::move(options)).value();
  const auto agent = engine->make_agent(scripted_agent("yes")).value();
  auto session = agent->open_session().value();
  Says says;
  says.say(*session, 100);
  CHECK(says.taken == 16);
  CHECK(says.refused == 84);
  session.reset();
  time->run_for(10s);
}

TEST_CASE("bounds: the close is asked for as often as the host likes, and kept once") {
  SessionRig rig(scripted_agent("yes"));
  std::int64_t grown = 0;
  const Subscription once = rig.session->events().subscribe<event::TextIn>([&](const auto&) {
    rig.session->close(CloseReason::kUser);
    const std::int64_t before = allocated_bytes();
    for (int i = 0; i < 10'000; ++i) rig.session->close();
    grown = allocated_bytes() - before;
  });
  REQUIRE(rig.session->push_text("go").ok());
  rig.run(1s);
  CHECK(grown == 0);
  CHECK(contains(rig.json("session_closed"), R"("reason":"user")"));
}

TEST_CASE("bounds: a turn of keys has 64 of them at most") {
  SessionRig rig(scripted_agent("yes"));
  REQUIRE(rig.session->push_dtmf(std::string(150, '7')).ok());
  CHECK(count_in(rig.lines, R"("reason":"dtmf","text":")" + std::string(64, '7') + '"') == 2);
  rig.run(5s);
  CHECK(count_in(rig.lines, R"("reason":"dtmf","text":")" + std::string(22, '7') + '"') == 1);
}

namespace {

// A stand where calls of "book" go on when the user interrupts, and are told of when they end.
SessionRig& begin_telling(ToolStand& stand) {
  Tool tool = stand.desk.tool("book");
  tool.duplicates = ToolDuplicates::kAllow;
  tool.interruption = ToolInterruption::kFinishAndTell;
  tool.deadline = 10min;
  return stand.begin({tool});
}

// The model calls "book" `count` times, and the user, who types on, leaves the calls behind.
void leave_behind(ToolStand& stand, int count) {
  for (int i = 0; i < count; ++i) stand.llm->line().sink->tool_call({"", "book", "{}"});
  stand.llm->end_with_calls();
  stand.rig->run(0ms);
  REQUIRE(stand.rig->session->push_text("and now").ok());
  stand.rig->run(0ms);
}

}  // namespace

TEST_CASE("bounds: 64 calls of tools run at a time, those of earlier replies included") {
  ToolStand stand;
  SessionRig& rig = begin_telling(stand);
  for (int i = 0; i < 10; ++i) leave_behind(stand, 8);
  CHECK(stand.desk.calls->size() == 64);
  CHECK(count_in(rig.lines, "64 calls still run") == 16);
}

TEST_CASE("bounds: 16 results wait to be spoken of") {
  ToolStand stand;
  SessionRig& rig = begin_telling(stand);
  for (int i = 0; i < 8; ++i) leave_behind(stand, 8);
  REQUIRE(stand.desk.calls->size() == 64);
  for (std::size_t i = 0; i < 64; ++i) stand.desk.answer("booked", i);
  rig.run(0ms);
  CHECK(rig.count("tool_call_finished") == 64);
  const std::size_t asked = stand.llm->asked.size();
  stand.llm->reply("Yes.");
  for (int i = 0; i < 500 && stand.llm->asked.size() == asked; ++i) rig.wait(20ms);
  const std::string note = stand.llm->asked.back();
  CHECK(count_in({note}, "has ended meanwhile") == 1);
  int told = 0;
  for (std::size_t at = note.find("has ended meanwhile"); at != std::string::npos;
       at = note.find("has ended meanwhile", at + 1)) {
    ++told;
  }
  CHECK(told == 16);
}

TEST_CASE("bounds: 10,000 of the model's own ids are believed") {
  ToolStand stand;
  stand.agent.limits.max_tool_calls = 1;
  stand.agent.limits.max_tool_rounds = 100;
  SessionRig& rig = stand.begin();
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 256; ++i) {
      const std::string id = "own_" + std::to_string(256 * round + i);
      stand.llm->line().sink->tool_call({id, "book", "{}"});
    }
    stand.llm->end_with_calls();
    rig.run(0ms);
    stand.desk.answer("booked", stand.desk.calls->size() - 1);
    rig.run(0ms);
  }
  CHECK(rig.count("tool_call_started") == 10'240);
  CHECK(count_in(rig.lines, R"("tool_call_started","call_id":"own_)") == 10'000);
}
