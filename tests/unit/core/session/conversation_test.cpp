// Whole conversations in virtual time, with scripted providers.
#include "support/catch.h"
#include "support/session_rig.h"

using namespace voiceagent;
using namespace voiceagent::test;

TEST_CASE("a spoken turn is recognised, answered and heard to the end") {
  SessionRig rig(scripted_agent("good morning to you"));
  rig.wait(500ms);
  rig.say("hello there");
  REQUIRE(rig.settle());
  CHECK(rig.dialogue() == "user: hello there | assistant: good morning to you");
  CHECK(rig.far_end->heard() == "good morning to you");
  CHECK(rig.count("playback_finished") == 1);
  CHECK(rig.count("error") == 0);
}

TEST_CASE("the reply starts one endpointing delay and a few stages after the speech") {
  SessionRig rig(scripted_agent("good morning"));
  rig.wait(500ms);
  rig.say("hello there");
  const Duration speech_end = rig.now();
  REQUIRE(rig.settle());
  // 300 ms of silence, up to 20 ms of framing, final after 30, first token 10, first audio 20.
  const Duration response = rig.when("playback_started") - speech_end;
  CHECK(response >= 300ms + 60ms);
  CHECK(response <= 300ms + 60ms + 20ms);
}

TEST_CASE("the first clause is spoken while the rest is still being generated") {
  AgentOptions agent = scripted_agent("");
  agent.llm.instance = sim::scripted_llm(sim::fixed_reply(
      "This is the first sentence. And this is the second one, which takes its time.", 10ms,
      300ms));
  SessionRig rig(std::move(agent));
  rig.say("tell me");
  REQUIRE(rig.settle());
  CHECK(rig.when("playback_started") + 2s < rig.when("reply_done"));
  CHECK(rig.far_end->heard() ==
        "This is the first sentence. And this is the second one, which takes its time.");
}

TEST_CASE("a barge-in stops the output within one frame and keeps what was heard") {
  SessionRig rig(scripted_agent("one two three four five six seven eight nine ten eleven twelve"));
  rig.say("count please");
  rig.wait(1500ms);
  REQUIRE(rig.far_end->played() > 0);
  rig.say("stop it now");
  const Duration decided = rig.when("playback_paused");
  CHECK(rig.count("interrupted") == 1);
  CHECK(rig.last_frame <= decided);
  CHECK(rig.far_end->last_played_at() <= decided + 20ms);
  const auto metrics = Json::parse(rig.json("turn_metrics"));
  REQUIRE(metrics.ok());
  CHECK((*metrics)["barge_in_ms"].number() >= 40);  // the start rule's time
  CHECK((*metrics)["barge_in_ms"].number() <= 80);
  CHECK((*metrics)["silence_ms"].number(-1) == 0);
  const std::string heard = rig.far_end->heard();
  // The whole words that the far end really played, and no more.
  const std::string whole = heard.substr(0, heard.find_last_of(' '));
  const std::string dialogue = rig.dialogue();
  CHECK(dialogue == "user: count please | assistant: " + whole + "-");
  REQUIRE(rig.settle());
  CHECK(rig.dialogue().find("user: stop it now | assistant: one two") != std::string::npos);
}

TEST_CASE("noise without words pauses the reply, which then goes on where it stopped") {
  const std::string reply = "one two three four five six seven eight nine ten eleven twelve";
  SessionRig rig(scripted_agent(reply));
  rig.say("count please");
  rig.wait(1500ms);
  rig.noise(200ms);
  REQUIRE(rig.settle());
  CHECK(rig.count("playback_paused") == 1);
  CHECK(rig.count("playback_resumed") == 1);
  CHECK(rig.count("interrupted") == 0);
  CHECK(rig.count("turn_dropped") == 1);
  CHECK(rig.far_end->heard() == reply);
  CHECK(rig.dialogue() == "user: count please | assistant: " + reply);
}

TEST_CASE("a typed line is a turn of its own and interrupts the reply") {
  SessionRig rig(scripted_agent("one two three four five six seven eight nine ten"));
  REQUIRE(rig.session->push_text("hello").ok());
  rig.wait(1s);
  REQUIRE(rig.session->push_text("again").ok());
  CHECK(rig.count("interrupted") == 1);
  REQUIRE(rig.settle());
  CHECK(rig.count("turn_ended") == 2);
  CHECK(rig.count("playback_finished") == 1);
}

TEST_CASE("a greeting opens the conversation") {
  AgentOptions agent = scripted_agent("fine");
  agent.greeting = "Welcome. How can I help?";
  SessionRig rig(std::move(agent));
  REQUIRE(rig.settle());
  CHECK(rig.far_end->heard() == "Welcome. How can I help?");
  CHECK(rig.dialogue() == "assistant: Welcome. How can I help?");
}

TEST_CASE("in text modes the reply is text, and heard is what was sent") {
  AgentOptions agent = scripted_agent("good morning");
  agent.mode = Mode::kTextToText;
  SessionRig rig(std::move(agent));
  REQUIRE(rig.session->push_text("hello").ok());
  REQUIRE(rig.settle());
  CHECK(rig.frames_out == 0);
  CHECK(rig.dialogue() == "user: hello | assistant: good morning");
}

TEST_CASE("any chunk size and rate carries the same words") {
  const int rate = GENERATE(16'000);
  const std::size_t chunk = GENERATE(1, 3, 7, 160, 333, 5'000);
  SessionRig rig(scripted_agent("yes"));
  Pcm audio = sim::speak("hello there friend", rate);
  for (std::span<const std::int16_t> rest = audio.samples; !rest.empty();) {
    const auto next = rest.first(std::min(chunk, rest.size()));
    rest = rest.subspan(next.size());
    REQUIRE(rig.session->push_audio({next, rate}).ok());
    rig.run(AudioView{next, rate}.duration());
  }
  REQUIRE(rig.settle());
  CHECK(rig.dialogue() == "user: hello there friend | assistant: yes");
}

TEST_CASE("what is pushed before the session has opened is dealt with once it has") {
  const auto time = VirtualExecutor::create();
  EngineOptions options;
  options.executors = {time};
  options.workers = time->workers();
  options.registry = std::make_shared<Registry>();
  const auto agent =
      *(*make_engine(std::move(options)))->make_agent(scripted_agent("good morning"));
  auto session = *agent->open_session();
  REQUIRE(session->push_text("hello").ok());
  CHECK(!session->idle());
  time->run_for(5s);
  REQUIRE(session->context().size() == 2);
  CHECK(session->context()[1].text == "good morning");
  session.reset();  // closes it
  time->run_for(5s);
}
