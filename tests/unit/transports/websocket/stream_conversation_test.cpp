// Conversations over a streaming connection.
#include <string>

#include "audio/opus_codec.h"
#include "support/alloc_counter.h"
#include "support/catch.h"
#include "unit/transports/websocket/stream_rig.h"

namespace voiceagent::test {

TEST_CASE("stream: start is answered by started with what holds") {
  StreamRig rig;
  const Json started = rig.start().last("started");
  CHECK_FALSE(started["session_id"].string().empty());
  CHECK_FALSE(started["resumed"].boolean(true));
  CHECK(started["version"].integer() == 1);
  CHECK(started["mode"].string() == "voice_to_voice");
  CHECK(started["input"]["encoding"].string() == "s16le");
  CHECK(started["output"]["sample_rate"].integer() == 16'000);
  CHECK(started["transport"]["reason"].string() == "by its path");
  CHECK(rig.host->opened == std::vector<std::string>{std::string(started["session_id"].string())});
}

TEST_CASE("stream: a spoken question is answered by voice, with its events in order") {
  StreamRig rig;
  FakeConnection& client = rig.start(R"("events":["metrics"])");
  rig.say(client, "hello there");
  rig.silence(client, 4s);
  CHECK(spoken(client.frames()) == "Good morning to you.");
  CHECK(client.types().find("started user_speaking user_speaking transcript turn reply") == 0);
  CHECK(client.last("transcript")["text"].string() == "hello there");
  CHECK(client.last("turn")["text"].string() == "hello there");
  CHECK(client.last("reply")["text"].string() == "Good morning to you.");
  CHECK(client.last("reply")["final"].boolean());
  CHECK(client.last("speaking")["state"].string() == "finished");
  CHECK(client.count("metrics") == 1);
  CHECK(client.count("event") == 0);
}

TEST_CASE("stream: audio says its generation and its place in the session") {
  StreamRig rig;
  FakeConnection& client = rig.start();
  client.text(R"({"type":"text","text":"hello"})");
  rig.run(5s);
  std::uint32_t position = 0;
  REQUIRE_FALSE(client.frames().empty());
  for (const std::string& frame : client.frames()) {
    CHECK(header_of(frame).generation == 0);
    CHECK(header_of(frame).position == position);
    position += static_cast<std::uint32_t>((frame.size() - 8) / 2);
  }
}

TEST_CASE("stream: who interrupts gets a flush before the new generation, and the words heard") {
  StreamRig rig(scripted_agent("This is a rather long answer that nobody will hear to its end."));
  FakeConnection& client = rig.start();
  client.text(R"({"type":"text","text":"tell me"})");
  rig.run(1500ms);
  rig.say(client, "stop it please");
  rig.silence(client, 1s);
  REQUIRE(client.count("flush") >= 1);
  REQUIRE(client.count("interrupted") == 1);
  const Json flush = client.all("flush").front();
  CHECK(flush["generation"].integer() == 1);
  // Everything before the flush is of the old generation, everything after it of a newer one.
  bool flushed = false;
  std::uint32_t end = 0;
  for (const auto& message : client.socket()->received) {
    if (message.is_text) {
      flushed = flushed || message.bytes.find("\"flush\"") != std::string::npos;
      continue;
    }
    CHECK((header_of(message.bytes).generation > 0) == flushed);
    if (!flushed) {
      end = header_of(message.bytes).position +
            static_cast<std::uint32_t>((message.bytes.size() - 8) / 2);
    }
  }
  CHECK(flush["position"].integer() == end);
  const std::string heard(client.last("interrupted")["heard"].string());
  CHECK(std::string("This is a rather long answer").find(heard.substr(0, 10)) == 0);
}

TEST_CASE("stream: while a player reports, only what it reports counts as heard") {
  StreamRig rig;
  FakeConnection& silent = rig.start();
  FakeConnection& reporting = rig.start(R"("playback_reports":true)");
  for (FakeConnection* client : {&silent, &reporting}) {
    client->text(R"({"type":"text","text":"hello"})");
  }
  rig.run(450ms);
  CHECK(silent.count("heard") == 1);  // "Good"
  CHECK(reporting.count("heard") == 0);
  REQUIRE(reporting.frames().size() > 16);
  reporting.text(R"({"type":"playback","position":4900})");  // 306 ms
  rig.run(0ms);
  CHECK(reporting.last("heard")["text"].string() == "Good");
}

TEST_CASE("stream: modes, keys, texts of the host's, context and pings") {
  StreamRig rig;
  FakeConnection& client = rig.start(R"("mode":"text_to_text","events":["all"])");
  CHECK(client.last("started")["mode"].string() == "text_to_text");
  client.text(R"({"type":"dtmf","digits":"12#"})");
  rig.run(1s);
  CHECK(client.last("turn")["text"].string().substr(0, 2) == "12");
  client.text(R"({"type":"say","text":"One moment."})");
  rig.run(1s);
  CHECK(client.last("reply")["text"].string() == "One moment.");
  CHECK(client.frames().empty());
  client.text(R"({"type":"mode","mode":"text_to_voice"})");
  client.text(R"({"type":"context","id":"c"})");
  client.text(R"({"type":"ping","id":42})");
  rig.run(0ms);
  CHECK(client.last("mode")["mode"].string() == "text_to_voice");
  CHECK(client.last("context")["id"].string() == "c");
  CHECK(dialogue_of(client.last("context")["entries"]).find("assistant: One moment.") !=
        std::string::npos);
  CHECK(client.last("pong")["id"].integer() == 42);
  client.text(R"({"type":"text","text":"speak"})");
  rig.run(3s);
  CHECK_FALSE(client.frames().empty());
}

TEST_CASE("stream: push-to-talk ends the turn where the client says so") {
  AgentOptions agent = scripted_agent("Yes.");
  agent.turn.manual_end = true;
  StreamRig rig(agent);
  FakeConnection& client = rig.start();
  rig.say(client, "one two");
  rig.silence(client, 5s);
  CHECK(client.count("turn") == 0);
  client.text(R"({"type":"commit"})");
  rig.run(2s);
  CHECK(client.last("turn")["reason"].string() == "committed");
}

TEST_CASE("stream: interrupt cuts the agent off") {
  StreamRig rig(scripted_agent("This is a rather long answer that nobody will hear to its end."));
  FakeConnection& client = rig.start();
  client.text(R"({"type":"text","text":"tell me"})");
  rig.run(1500ms);
  client.text(R"({"type":"interrupt"})");
  rig.run(0ms);
  CHECK(client.count("flush") == 1);
  CHECK(client.count("interrupted") == 1);
}

#if VOICEAGENT_WITH_OPUS

TEST_CASE("stream: other formats go in and out") {
  StreamRig rig;
  FakeConnection& client =
      rig.start(R"("input":{"encoding":"mulaw"},"output":{"encoding":"opus","sample_rate":48000})");
  CHECK(client.last("started")["output"]["encoding"].string() == "opus");
  for (int i = 0; i < 60; ++i) {  // loud, in mu-law: speech to the detector
    client.binary(std::string(80, '\x00') + std::string(80, '\x80'));
    rig.run(20ms);
  }
  for (int i = 0; i < 60; ++i) {
    client.binary(std::string(160, '\xFF'));
    rig.run(20ms);
  }
  CHECK(client.count("user_speaking") == 2);
  client.text(R"({"type":"text","text":"hello"})");
  rig.run(5s);
  CHECK(client.last("speaking")["state"].string() == "finished");
  const auto frames = client.frames();
  REQUIRE(frames.size() > 10);
  auto decoder = OpusDecoder::create(48'000);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    CHECK(header_of(frames[i]).position == 960 * i);
    const auto bytes = std::as_bytes(std::span(frames[i])).subspan(8);
    const auto samples =
        (*decoder)->decode({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    REQUIRE(samples.ok());
    CHECK(samples->size() == 960);
  }
}

#endif

TEST_CASE("stream: the agent's settings are the client's where the server lets it") {
  StreamRig rig;
  FakeConnection& client = rig.start(R"("agent":{"greeting":"Welcome."})");
  rig.run(3s);
  CHECK(client.last("reply")["text"].string() == "Welcome.");
  CHECK(spoken(client.frames()) == "Welcome.");
  FakeConnection& other = rig.start(R"("agent":{"voice":"x"})");
  CHECK(other.last("error")["message"].string() == "`agent.voice` is not for clients to set here");
  CHECK(other.socket()->close_code == 1008);
}

TEST_CASE("stream: end closes the session, and the connection after it") {
  StreamRig rig;
  FakeConnection& client = rig.start();
  client.text(R"({"type":"end"})");
  rig.run(3s);
  CHECK(client.last("closed")["reason"].string() == "user");
  CHECK(client.socket()->close_code == 1000);
  CHECK(rig.host->sessions().size() == 0);
  CHECK(rig.host->admitted == 0);
}

TEST_CASE("stream: what a provider gets wrong is told, and the connection stays") {
  AgentOptions agent = scripted_agent("");
  sim::LlmDelivery broken;
  broken.faults.refused_start = 1.0;
  agent.llm.instance = sim::scripted_llm(sim::fixed_reply("x"), broken);
  StreamRig rig(agent);
  FakeConnection& client = rig.start();
  client.text(R"({"type":"text","text":"hello"})");
  rig.run(3s);
  CHECK(client.last("error")["stage"].string() == "llm");
  CHECK(client.socket()->close_code == 0);
}

TEST_CASE("stream: no frame of audio, in or out, allocates in the transport") {
  // What the session itself allocates is measured without a transport.
  const auto measure = [](bool with_transport) {
    StreamRig rig(scripted_agent(std::string(600, 'a')));
    FakeConnection& client = rig.start(R"("events":[])");
    client.socket()->counts_only = true;
    client.text(R"({"type":"text","text":"hello"})");
    rig.run(2s);
    const std::uint64_t sent = client.socket()->messages;
    const std::uint64_t before = allocations();
    if (with_transport) rig.run(10s);
    const std::uint64_t made = allocations() - before;
    CHECK((client.socket()->messages - sent >= 500) == with_transport);
    return made;
  };
  const std::uint64_t made = measure(true);
  INFO(made);
  CHECK(made <= 1'000);
  CHECK(measure(false) == 0);
}

}  // namespace voiceagent::test
