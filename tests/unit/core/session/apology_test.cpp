// What a session says and does when nothing helped, and what it reports.
#include <string>
#include <vector>

#include "core/resilience/apology.h"
#include "support/catch.h"
#include "support/puppet_stand.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

void fail(LlmPuppet& llm) {
  llm.line().sink->error({ErrorCode::kUnavailable, "gone"});
  llm.line().close();
}

PuppetStand apologetic() {
  PuppetStand stand;
  stand.with_llm();
  stand.agent.resilience.apology = "sorry about that";
  return stand;
}

}  // namespace

TEST_CASE("when the model has failed the agent apologises, and the next turn is as ever") {
  PuppetStand stand = apologetic();
  SessionRig& rig = stand.start();
  rig.run(1s);  // the apology is rendered
  REQUIRE(rig.session->push_text("hello").ok());
  fail(*stand.llm);
  REQUIRE(rig.settle());
  CHECK(rig.far_end->heard() == "sorry about that");
  CHECK(rig.dialogue() == "user: hello | assistant: sorry about that");
  CHECK(rig.count("error") == 1);
  REQUIRE(rig.session->push_text("again").ok());
  stand.llm->reply("here I am");
  REQUIRE(rig.settle());
  CHECK(contains(rig.dialogue(), "user: again | assistant: here I am"));
}

TEST_CASE("an apology that was rendered needs no synthesiser any more") {
  PuppetStand stand;
  stand.with_tts();
  stand.agent.resilience.apology = "sorry about that";
  SessionRig& rig = stand.start();
  REQUIRE(stand.tts->lines.size() == 1);
  CHECK(stand.tts->line().texts == std::vector<std::string>{"sorry about that"});
  CHECK(stand.tts->speak(500ms));
  stand.tts->line().sink->done();
  stand.tts->line().close();
  rig.run(0ms);
  stand.tts->start_status = unavailable("no voice");
  REQUIRE(rig.session->push_text("hello").ok());
  REQUIRE(rig.settle());
  CHECK(rig.frames_out == 25);
  CHECK(rig.count("error") == 1);
  CHECK(rig.dialogue() == "user: hello | assistant: sorry about that");
}

TEST_CASE(
    "an apology that could not be rendered is not said, and tried again by the next session") {
  PuppetStand stand;
  stand.with_tts();
  stand.agent.resilience.apology = "sorry about that";
  stand.agent.resilience.after_failure = AfterFailure::kHangUp;
  stand.tts->start_status = unavailable("no voice");
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  rig.run(1s);
  CHECK(rig.count("error") == 1);
  CHECK(rig.frames_out == 0);
  CHECK(contains(rig.json("session_closed"), R"("reason":"error")"));
}

TEST_CASE("what is kept of an apology is all of it, or nothing") {
  PuppetStand stand;
  stand.with_tts();
  stand.agent.resilience.apology = "sorry about that";
  SECTION("the synthesiser takes no text") { stand.tts->accepts = false; }
  SECTION("it lasts longer than what is kept") {}
  SessionRig& rig = stand.start();
  REQUIRE(stand.tts->lines.size() == 1);
  if (stand.tts->accepts) {
    for (int i = 0; i < 31; ++i) CHECK(stand.tts->speak(1s));
    stand.tts->line().sink->done();
  } else {
    CHECK(stand.tts->line().log == "tc");
  }
  if (!stand.tts->line().closed) stand.tts->line().close();
  rig.run(0ms);
  stand.tts->start_status = unavailable("no voice");
  REQUIRE(rig.session->push_text("hello").ok());
  rig.run(1s);
  CHECK(rig.count("error") == 1);
  CHECK(rig.frames_out == 0);
  CHECK_FALSE(contains(rig.dialogue(), "sorry"));
}

TEST_CASE("an apology is there once it has been spoken, though its stream never closes") {
  PuppetStand stand;
  stand.with_tts();
  stand.agent.resilience.apology = "sorry about that";
  stand.tts->closes_on_cancel = false;
  SessionRig& rig = stand.start();
  CHECK(stand.tts->speak(500ms));
  stand.tts->line().sink->done();
  stand.tts->line().sink->done();
  const bool late = GENERATE(false, true);
  rig.run(late ? 2min : 0ms);
  CHECK(stand.tts->line().log == (late ? "tfFc" : "tfF"));
  stand.tts->start_status = unavailable("no voice");
  REQUIRE(rig.session->push_text("hello").ok());
  REQUIRE(rig.settle());
  CHECK(rig.frames_out == 25);
  CHECK(rig.dialogue() == "user: hello | assistant: sorry about that");
  stand.tts->line().close();
  rig.run(0ms);
  CHECK(stand.tts->alive() == 0);
}

TEST_CASE("an apology whose voice hangs is tried again by the next session") {
  const auto voice = std::make_shared<TtsPuppet>();
  voice->closes_on_cancel = false;
  const auto time = VirtualExecutor::create();
  const auto apology = std::make_shared<Apology>("sorry about that", Apology::Voice{voice, {}, {}});
  const Apology::Means means{time, time->workers(), make_null_logger(),
                             std::make_shared<CallBoard>(*time)};
  apology->prepare(means);
  time->run_for(29s);
  apology->prepare(means);
  time->run_for(0ms);
  CHECK(voice->lines.size() == 1);
  time->run_for(1s);
  apology->prepare(means);
  time->run_for(0ms);
  REQUIRE(voice->lines.size() == 2);
  CHECK(voice->speak(500ms));
  voice->line().sink->done();
  voice->line().sink->done();
  voice->lines.front()->close();
  time->run_for(0ms);
  REQUIRE(apology->clip() != nullptr);
  CHECK(apology->clip()->samples.size() == 8'000);
  voice->line().close();
  time->run_for(0ms);
  CHECK(voice->alive() == 0);
}

TEST_CASE("an apology that no synthesiser takes at once is refused with the agent") {
  EngineOptions options;
  const auto time = VirtualExecutor::create();
  options.executors = {time};
  options.workers = time->workers();
  options.logger = make_null_logger();
  options.registry = std::make_shared<Registry>();
  const auto engine = *make_engine(std::move(options));
  AgentOptions agent = scripted_agent("yes");
  agent.resilience.apology = std::string(4'097, 'a');
  const Status refused = engine->make_agent(agent).status();
  CHECK(refused.code() == ErrorCode::kInvalidArgument);
  CHECK(contains(refused.message(), "apology: 4097 bytes; a synthesiser takes at most 4096"));
  agent.resilience.apology.pop_back();
  CHECK(engine->make_agent(agent).ok());
  time->run_for(1min);  // until that one's has been rendered
}

TEST_CASE("after the apology the agent hangs up, if it is told to") {
  PuppetStand stand = apologetic();
  stand.agent.resilience.after_failure = AfterFailure::kHangUp;
  SessionRig& rig = stand.start();
  rig.run(1s);
  REQUIRE(rig.session->push_text("hello").ok());
  fail(*stand.llm);
  rig.run(10s);
  CHECK(rig.far_end->heard() == "sorry about that");
  CHECK(contains(rig.json("session_closed"), R"("reason":"error")"));
}

TEST_CASE("in a written conversation the apology is read") {
  PuppetStand stand = apologetic();
  stand.agent.mode = Mode::kTextToText;
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  fail(*stand.llm);
  REQUIRE(rig.settle());
  CHECK(rig.dialogue() == "user: hello | assistant: sorry about that");
  CHECK(rig.frames_out == 0);
}

TEST_CASE("an apology may be interrupted; what was to follow it does") {
  PuppetStand stand = apologetic();
  stand.agent.resilience.after_failure = AfterFailure::kHangUp;
  SessionRig& rig = stand.start();
  rig.run(1s);
  REQUIRE(rig.session->push_text("hello").ok());
  fail(*stand.llm);
  rig.run(300ms);
  rig.session->interrupt();
  rig.run(3s);
  CHECK(rig.session->closed());
}
