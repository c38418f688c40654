// What a streaming connection makes of bad input and bad readers.
#include <string>

#include "support/catch.h"
#include "support/puppet_providers.h"
#include "unit/transports/websocket/stream_rig.h"

namespace voiceagent::test {
namespace {

// Tells what came of it when `message` is the first one.
Json refused(const std::string& message, int code) {
  StreamRig rig;
  FakeConnection& client = rig.connect();
  client.text(message);
  rig.run(0ms);
  INFO(message.substr(0, 200));
  CHECK(client.types() == "error");
  CHECK(client.socket()->close_code == code);
  CHECK(client.socket()->close_reason.size() <= 123);
  CHECK(rig.host->admitted == 0);
  CHECK(rig.host->sessions().size() == 0);
  return client.last("error");
}

}  // namespace

TEST_CASE("stream: before start everything that is wrong is said and ends the connection") {
  CHECK(refused("nonsense", 1008)["code"].string() == "invalid_argument");
  CHECK(refused(std::string(20'000, '['), 1008)["code"].string() == "invalid_argument");
  CHECK(refused(R"({"type":"ping"})", 1008)["message"].string() ==
        "the first message must be `start`");
  CHECK(refused(R"({"type":"st\u0000rt"})", 1008)["message"].string().find("unknown type") == 0);
  CHECK(refused(R"({"type":"start","input":{"encoding":"mp3"}})", 1008)["message"].string() ==
        "input: `encoding` must be s16le, mulaw or opus");
  CHECK(refused(R"({"type":"start","session_id":"nobody"})", 4004)["code"].string() == "not_found");
}

TEST_CASE("stream: who doesn't start in time is closed, who does isn't") {
  StreamRig rig;
  FakeConnection& late = rig.connect();
  FakeConnection& good = rig.start();
  rig.run(9'999ms);
  CHECK(late.socket()->close_code == 0);
  rig.run(1ms);
  CHECK(late.last("error")["code"].string() == "timeout");
  CHECK(late.socket()->close_code == 1008);
  rig.run(20s);
  CHECK(good.socket()->close_code == 0);
}

TEST_CASE("stream: audio before start is refused") {
  StreamRig rig;
  FakeConnection& client = rig.connect();
  client.binary(std::string(640, '\0'));
  rig.run(0ms);
  CHECK(client.last("error")["message"].string() == "audio came before `start`");
  CHECK(client.socket()->close_code == 1008);
}

TEST_CASE("stream: a wrong token closes with 4003, the right one doesn't") {
  StreamRig rig;
  rig.host->valid_token = "secret";
  FakeConnection& wrong = rig.start(R"("token":"guess")");
  CHECK(wrong.last("error")["code"].string() == "auth");
  CHECK(wrong.socket()->close_code == 4003);
  FakeConnection& right = rig.start(R"("token":"secret")");
  CHECK(right.count("started") == 1);
}

TEST_CASE("stream: at capacity one is told when to come back; a place that was left is free") {
  StreamRig rig;
  rig.host->capacity = 1;
  FakeConnection& first = rig.start();
  FakeConnection& second = rig.start();
  CHECK(second.last("error")["code"].string() == "resource_exhausted");
  CHECK(second.last("error")["retry_after_ms"].integer() == 3'000);
  CHECK(second.socket()->close_code == 1013);
  first.text(R"({"type":"end"})");
  rig.run(3s);
  CHECK(rig.start().count("started") == 1);
}

TEST_CASE("stream: who is refused by the engine is told when to come back, and keeps no place") {
  StreamRig rig;
  rig.host->engine_is_busy = "no decoder is free";
  FakeConnection& refused = rig.start();
  CHECK(refused.last("error")["code"].string() == "resource_exhausted");
  CHECK_THAT(std::string(refused.last("error")["message"].string()),
             Catch::Matchers::Contains("no decoder is free"));
  CHECK(refused.last("error")["retry_after_ms"].integer() == 1'000);
  CHECK(refused.socket()->close_code == 1013);
  rig.run(3s);
  CHECK(rig.host->admitted == 0);
  rig.host->engine_is_busy.clear();
  CHECK(rig.start().count("started") == 1);
}

TEST_CASE("stream: a bad message is answered by an error and does nothing else") {
  StreamRig rig;
  FakeConnection& client = rig.start();
  for (const char* message :
       {"{", R"({"type":"jump"})", R"({"type":"text"})", R"({"type":"text","text":" "})",
        R"({"type":"dtmf","digits":"x"})", R"({"type":"mode","mode":"loud"})",
        R"({"type":"start"})", R"({"type":"playback","position":-1})"}) {
    client.text(message);
  }
  client.binary("odd");
  rig.run(1s);
  CHECK(client.count("error") == 9);
  for (const Json& error : client.all("error")) {
    CHECK(error["code"].string() == "invalid_argument");
    CHECK_FALSE(error["message"].string().empty());
  }
  CHECK(client.types().find("reply") == std::string::npos);
  CHECK(client.socket()->close_code == 0);
  CHECK(rig.host->counts[transports::TransportCount::kBadMessages] == 9);
}

TEST_CASE("stream: ten errors in a row end the connection; a good message between them doesn't") {
  StreamRig rig;
  FakeConnection& client = rig.start();
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 9; ++i) client.text("{");
    client.text(R"({"type":"ping"})");
  }
  rig.run(0ms);
  CHECK(client.socket()->close_code == 0);
  for (int i = 0; i < 12; ++i) client.text("{");
  rig.run(0ms);
  CHECK(client.socket()->close_code == 1008);
  CHECK(client.socket()->close_reason == "10 errors in a row");
  CHECK(client.count("error") == 37);
}

TEST_CASE("stream: a text with NUL, quotes and emoji comes back intact") {
  AgentOptions agent = scripted_agent("");
  agent.llm.instance = sim::scripted_llm([](std::span<const Message> messages) {
    return std::vector<sim::LlmStep>{{1ms, std::string(messages.back().text)}};
  });
  agent.mode = Mode::kTextToText;
  StreamRig rig(agent);
  FakeConnection& client = rig.start();
  client.text("{\"type\":\"text\",\"text\":\"a\\u0000\\\"b\\\" \xF0\x9F\x98\x80 \\t\"}");
  rig.run(1s);
  CHECK(client.last("reply")["text"].string() == std::string_view("a\0\"b\" \xF0\x9F\x98\x80", 10));
}

TEST_CASE("stream: a slow reader loses the oldest audio, never a message, and is told") {
  StreamRig rig(scripted_agent("This is a rather long answer, so that there is much to send."));
  FakeConnection& client = rig.start();
  client.socket()->stalled = true;
  client.text(R"({"type":"text","text":"hello"})");
  rig.run(5s);
  CHECK(client.socket()->dropped > 20);
  CHECK(rig.host->counts[transports::TransportCount::kDroppedAudio] == client.socket()->dropped);
  client.socket()->read_on();
  CHECK(client.frames().size() == client.socket()->room);
  CHECK(client.count("warning") == 1);
  CHECK(client.last("warning")["message"].string() ==
        "the connection is slow: 1 pieces of audio were dropped");
  CHECK(client.last("speaking")["state"].string() == "finished");
  CHECK(client.last("reply")["final"].boolean());
  rig.run(5s);
  CHECK(client.count("warning") == 2);
  CHECK(client.last("warning")["message"].string() ==
        "the connection is slow: " + std::to_string(client.socket()->dropped - 1) +
            " pieces of audio were dropped");
}

TEST_CASE("stream: a flush takes back what waits for a slow reader") {
  StreamRig rig(scripted_agent("This is a rather long answer, so that there is much to send."));
  FakeConnection& client = rig.start();
  client.text(R"({"type":"text","text":"hello"})");
  rig.run(1s);
  client.socket()->stalled = true;
  rig.run(200ms);
  CHECK(client.socket()->queued_bytes() > 0);
  client.text(R"({"type":"interrupt"})");
  rig.run(0ms);
  CHECK(client.socket()->flushed > 0);
  client.socket()->read_on();
  CHECK(client.count("flush") == 1);
}

TEST_CASE("stream: a message after the end of the session does no harm") {
  StreamRig rig;
  FakeConnection& client = rig.start();
  client.text(R"({"type":"end"})");
  client.text(R"({"type":"text","text":"hello"})");
  client.text(R"({"type":"end"})");
  client.binary(std::string(640, '\0'));
  rig.run(3s);
  CHECK(client.count("closed") == 1);
  CHECK(client.socket()->close_code == 1000);
}

TEST_CASE("stream: what comes while a session is closing is ignored, and the session's end told") {
  auto llm = std::make_shared<LlmPuppet>();
  llm->closes_on_cancel = false;
  AgentOptions agent = scripted_agent("");
  agent.llm.instance = llm;
  StreamRig rig(agent);
  FakeConnection& client = rig.start();
  client.text(R"({"type":"text","text":"hello"})");
  rig.run(100ms);
  client.text(R"({"type":"end"})");
  rig.say(client, "is anybody still there");
  client.text(R"({"type":"text","text":"hello"})");
  client.text(R"({"type":"dtmf","digits":"1"})");
  client.text(R"({"type":"say","text":"hello"})");
  rig.run(0ms);
  CHECK(client.count("closed") == 0);  // not yet: the model's stream is open
  llm->line().close();
  rig.run(0ms);
  CHECK(client.count("error") == 0);
  CHECK(rig.host->counts[transports::TransportCount::kBadMessages] == 0);
  CHECK(client.count("closed") == 1);
  CHECK(client.socket()->close_code == 1000);
}

}  // namespace voiceagent::test
