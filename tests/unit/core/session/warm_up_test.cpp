// What is made ready when a session opens.
#include "support/catch.h"
#include "support/puppet_stand.h"

using namespace voiceagent;
using namespace voiceagent::test;

TEST_CASE("a session that opens warms its providers up, once") {
  PuppetStand stand;
  stand.with_stt().with_llm().with_tts().start().wait(1s);
  CHECK(stand.stt->warmed_up == 1);
  CHECK(stand.llm->warmed_up == 1);
  CHECK(stand.tts->warmed_up == 1);
}

TEST_CASE("what the mode does without is not warmed up") {
  PuppetStand stand;
  stand.agent.mode = Mode::kTextToText;
  stand.with_stt().with_llm().with_tts().start().wait(1s);
  CHECK(stand.stt->warmed_up == 0);
  CHECK(stand.llm->warmed_up == 1);
  CHECK(stand.tts->warmed_up == 0);
}

TEST_CASE("the first turn doesn't wait for a connection that was made during the greeting") {
  AgentOptions agent = scripted_agent("");
  agent.greeting = "hello, what can I do for you";
  sim::LlmDelivery slow;
  slow.set_up = 1500ms;
  agent.llm.instance = sim::scripted_llm(sim::fixed_reply("good morning"), slow);
  SessionRig rig(std::move(agent));
  REQUIRE(rig.settle());
  const Duration asked = rig.now();
  REQUIRE(rig.session->push_text("hello").ok());
  REQUIRE(rig.settle());
  CHECK(rig.far_end->heard() == "hello, what can I do for you good morning");
  CHECK(rig.now() - asked < 1500ms);
}
