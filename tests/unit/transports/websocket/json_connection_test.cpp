// The JSON protocol over a connection.
#include <string>

#include "support/catch.h"
#include "unit/transports/websocket/json_rig.h"

namespace voiceagent::test {

TEST_CASE("json: the first message names the connection and its session") {
  JsonRig rig;
  FakeConnection& client = rig.connect();
  CHECK(client.types() == "connection");
  CHECK(client.last("connection")["session_id"].string().size() == 26);
  CHECK(client.last("connection")["transport"]["name"].string() == "json");
  CHECK(client.last("connection")["timestamp"].string().ends_with('Z'));
}

TEST_CASE("json: a text is answered in the connection's own session") {
  JsonRig rig;
  FakeConnection& client = rig.connect();
  client.text(text("hello"));
  rig.run(1s);
  const Json response = client.last("text_response");
  CHECK(response["success"].boolean());
  CHECK(response["response"].string() == "You said hello.");
  CHECK(response["session_id"].string() == client.last("connection")["session_id"].string());
  CHECK_FALSE(response.has("voice_url"));
}

TEST_CASE("json: an utterance is acknowledged at once, then answered with a voice") {
  JsonRig rig;
  FakeConnection& client = rig.connect();
  client.text(audio(sim::speak("what time is it")));
  rig.run(0ms);
  CHECK(client.types() == "connection audio_ack");
  rig.run(2s);
  CHECK(client.types() == "connection audio_ack audio_response");
  const Json response = client.last("audio_response");
  CHECK(response["success"].boolean());
  CHECK(response["transcribed_text"].string() == "what time is it");
  CHECK(response["response"].string() == "You said what time is it.");
  CHECK(response["voice_url"].string() == "/voice/clips/1");
  REQUIRE(rig.host->clips.size() == 1);
  CHECK(rig.host->clips[0].content_type == "audio/wav");
  const std::string& wav = rig.host->clips[0].bytes;
  auto reader = WavReader::from_bytes(std::as_bytes(std::span(wav)), "the clip");
  REQUIRE(reader.ok());
  CHECK(reader->format().frames * 2 + 44 == static_cast<std::int64_t>(wav.size()));
  std::vector<std::int16_t> samples(static_cast<std::size_t>(reader->format().frames));
  CHECK(*reader->read_mono(samples) == samples.size());
  sim::SpeechReader heard;
  heard.add(samples);
  CHECK(heard.text() == "You said what time is it.");
}

TEST_CASE("json: answers come in the order of a session's requests, others don't wait") {
  AgentOptions agent = echo_agent();
  sim::TtsScript slow;
  slow.first_audio = Duration(3s);  // a spoken answer takes longer than the next one in text
  agent.tts.instance = sim::scripted_tts(slow);
  JsonRig rig(agent);
  FakeConnection& client = rig.connect();
  client.text(audio(sim::speak("first"), R"(,"session_id":"a")"));
  client.text(text("second", R"(,"session_id":"a","stream":true)"));
  client.text(text("third", R"(,"session_id":"b")"));
  rig.run(1s);
  CHECK(client.types() == "connection audio_ack text_response");
  CHECK(client.last("text_response")["response"].string() == "You said third.");
  rig.run(10s);
  CHECK(client.types() ==
        "connection audio_ack text_response audio_response reply_delta reply_delta text_response");
  CHECK(client.last("text_response")["response"].string() == "You said second.");
}

TEST_CASE("json: a streamed reply comes in pieces, then whole") {
  JsonRig rig(echo_agent(100ms));
  FakeConnection& client = rig.connect();
  client.text(text("hi", R"(,"stream":true)"));
  rig.run(150ms);
  CHECK(client.types() == "connection reply_delta");
  rig.run(1s);
  CHECK(client.types() == "connection reply_delta reply_delta text_response");
  CHECK(client.all("reply_delta")[1]["text"].string() == "hi.");
}

TEST_CASE("json: each bad request is answered by one error, and the socket stays open") {
  JsonRig rig;
  FakeConnection& client = rig.connect();
  const std::string bad[] = {
      "",
      "{",
      "[1]",
      R"({"type":"jump"})",
      R"({"type":7})",
      text(""),
      text("a", R"(,"session_id":{})"),
      R"({"type":"audio"})",
      R"({"type":"audio","audio_data":"%%%"})",
      R"({"type":"audio","audio_data":"AAAA"})",
      R"({"type":"audio","audio_data":"UklGRg=="})",
      std::string(20'000, '['),
      R"({"type":"text","text":)" + std::string(20'000, '[') + std::string(20'000, ']') + "}",
      audio(sim::silence(61s)),
      text(std::string(20'000, 'x'))};
  for (const std::string& message : bad) client.text(message);
  client.binary("RIFF");
  rig.run(1s);
  CHECK(client.count("error") == std::size(bad) + 1);
  CHECK(client.types().find("ack") == std::string::npos);
  CHECK(client.socket()->close_code == 0);
  for (const Json& error : client.all("error")) {
    CHECK_FALSE(error["message"].string().empty());
    CHECK(error["error"].string() == "invalid_argument");
    CHECK(error.has("timestamp"));
  }
  client.text(R"({"type":"ping"})");
  rig.run(0ms);
  CHECK(client.count("pong") == 1);
}

TEST_CASE("json: a file of another format gets one error that names it, and no ack") {
  JsonRig rig;
  FakeConnection& client = rig.connect();
  client.text(R"({"type":"audio","audio_data":"T2dnUwAC"})");
  rig.run(5s);
  CHECK(client.types() == "connection error");
  CHECK(client.last("error")["error"].string() == "unsupported");
  CHECK_THAT(std::string(client.last("error")["message"].string()),
             Catch::Matchers::Contains("Ogg"));
  client.text(R"({"type":"audio","audio_data":"T2dnUwAC","context":{"format":"s16le"}})");
  rig.run(5s);
  CHECK(client.count("audio_ack") == 1);
}

TEST_CASE("json: NUL, quotes, emoji and control characters come back intact") {
  JsonRig rig;
  FakeConnection& client = rig.connect();
  client.text(text("a\\u0000b \\\"c\\\" \xF0\x9F\x98\x80 \\u0007\\t."));
  rig.run(1s);
  CHECK(client.last("text_response")["response"].string() ==
        std::string("You said a\0b \"c\" \xF0\x9F\x98\x80 \a\t..", 26));
}

TEST_CASE("json: an utterance without words fails after the ack, with the reason") {
  JsonRig rig;
  FakeConnection& client = rig.connect();
  client.text(audio(sim::silence(2s)));
  rig.run(2s);
  CHECK(client.types() == "connection audio_ack audio_response");
  CHECK_FALSE(client.last("audio_response")["success"].boolean(true));
  CHECK(client.last("audio_response")["error"].string() == "no words were understood in the audio");
  CHECK(client.last("audio_response")["voice_url"].is_null());
}

TEST_CASE("json: when the voice fails the answer says so, and what is known") {
  AgentOptions agent = echo_agent();
  sim::TtsScript broken;
  broken.faults.refused_start = 1.0;
  agent.tts.instance = sim::scripted_tts(broken);
  JsonRig rig(agent);
  FakeConnection& client = rig.connect();
  client.text(audio(sim::speak("hello")));
  rig.run(2s);
  const Json response = client.last("audio_response");
  CHECK_FALSE(response["success"].boolean(true));
  CHECK(response["response"].string() == "You said hello.");
  CHECK(response["transcribed_text"].string() == "hello");
  CHECK_FALSE(response["error"].string().empty());
}

TEST_CASE("json: somebody else's session is refused as if it didn't exist") {
  JsonRig rig;
  FakeConnection& alice = rig.connect();
  FakeConnection& bob = rig.connect();
  alice.text(text("hello", R"(,"session_id":"mine")"));
  rig.run(1s);
  bob.text(text("let me in", R"(,"session_id":"mine")"));
  bob.text(R"({"type":"context","session_id":"mine"})");
  bob.text(R"({"type":"interrupt","session_id":"mine"})");
  rig.run(1s);
  CHECK(bob.types() == "connection error error error");
  CHECK(bob.last("error")["message"].string() == "there is no session mine");
  CHECK(bob.last("error")["error"].string() == "not_found");
}

TEST_CASE("json: nobody learns whether a session that isn't theirs is there") {
  JsonRig rig;
  FakeConnection& client = rig.connect();
  client.text(R"({"type":"context","session_id":"nobody's"})");
  client.text(R"({"type":"interrupt","session_id":"nobody's"})");
  rig.run(0ms);
  CHECK(client.types() == "connection error error");
  CHECK(client.last("error")["message"].string() == "there is no session nobody's");
  CHECK(client.last("error")["error"].string() == "not_found");
  client.text(R"({"type":"context"})");  // of the connection's own, in which nothing was said
  client.text(R"({"type":"interrupt"})");
  rig.run(0ms);
  CHECK(client.types() == "connection error error context interrupted");
  CHECK(client.last("context")["entries"].size() == 0);
}

TEST_CASE("json: the mode decides what is spoken and what is taken") {
  JsonRig rig;
  FakeConnection& client = rig.connect();
  client.text(R"({"type":"set_mode","mode":"voice_to_text"})");
  client.text(audio(sim::speak("one")));
  rig.run(2s);
  CHECK(client.last("mode")["mode"].string() == "voice_to_text");
  CHECK(client.last("audio_response")["success"].boolean());
  CHECK(client.last("audio_response")["voice_url"].is_null());
  client.text(R"({"type":"set_mode","mode":"text_to_voice"})");
  client.text(text("two"));
  client.text(audio(sim::speak("three")));
  rig.run(2s);
  CHECK(client.last("text_response")["voice_url"].string() == "/voice/clips/1");
  CHECK(client.last("error")["message"].string() ==
        "audio is not taken in the mode text_to_voice: set another");
}

TEST_CASE("json: the conversation so far, and an interruption") {
  JsonRig rig(echo_agent(1s));
  FakeConnection& client = rig.connect();
  client.text(text("hello"));
  rig.run(3s);
  client.text(R"({"type":"context"})");
  rig.run(0ms);
  const Json entries = client.last("context")["entries"];
  REQUIRE(entries.size() == 2);
  CHECK(entries.at(1)["role"].string() == "assistant");
  CHECK(entries.at(1)["text"].string() == "You said hello.");
  client.text(text("never mind"));
  rig.run(500ms);
  client.text(R"({"type":"interrupt"})");
  rig.run(100ms);
  CHECK(client.count("interrupted") == 1);
  CHECK_FALSE(client.last("text_response")["success"].boolean(true));
  CHECK(client.last("text_response")["error"].string() == "the request was interrupted");
}

TEST_CASE("json: a connection that goes away leaves no work behind it") {
  int asked = 0;
  AgentOptions agent = echo_agent();
  agent.llm.instance = sim::scripted_llm([&asked](std::span<const Message>) {
    ++asked;
    return std::vector<sim::LlmStep>{{1s, "Yes."}};
  });
  JsonRig rig(agent);
  FakeConnection& client = rig.connect();
  client.text(text("one"));
  client.text(audio(sim::speak("two")));
  client.text(text("three", R"(,"session_id":"other")"));
  client.text(text("four", R"(,"session_id":"other")"));
  rig.run(100ms);
  CHECK(asked == 2);
  client.close();
  rig.run(20s);
  CHECK(asked == 2);
  CHECK(client.types() == "connection audio_ack");
  CHECK(rig.host->clips.empty());
}

TEST_CASE("json: a server that shuts down closes what is idle, and answers what it has taken") {
  JsonRig rig(echo_agent(1s));
  FakeConnection& idle = rig.connect();
  FakeConnection& busy = rig.connect();
  busy.text(text("hello"));
  rig.run(100ms);
  rig.host->is_draining = true;
  idle.drain();
  busy.drain();
  rig.run(0ms);
  CHECK(idle.socket()->close_code == net::kCloseGoingAway);
  CHECK(busy.socket()->close_code == 0);
  busy.text(text("and more", R"(,"session_id":"a new one")"));
  busy.text(text("and more"));
  rig.run(0ms);
  CHECK(busy.count("error") == 2);
  CHECK(busy.last("error")["error"].string() == "unavailable");
  CHECK(rig.host->dialogues().size() == 1);
  rig.run(10s);
  CHECK(busy.last("text_response")["response"].string() == "You said hello.");
  CHECK(busy.count("text_response") == 1);
  CHECK(busy.socket()->close_code == net::kCloseGoingAway);
}

TEST_CASE("json: who may not talk is told and closed") {
  JsonRig rig;
  rig.host->valid_token = "secret";
  FakeConnection& client = rig.connect();
  CHECK(client.types() == "error");
  CHECK(client.last("error")["error"].string() == "auth");
  CHECK(client.socket()->close_code == 1008);
}

TEST_CASE("json: too many requests at once are refused, and taken again later") {
  transports::DialogueOptions options;
  options.max_queued = 4;
  JsonRig rig(echo_agent(1s), options);
  FakeConnection& client = rig.connect();
  for (int i = 0; i < 5; ++i) client.text(text("x"));
  rig.run(0ms);
  CHECK(client.count("error") == 1);
  CHECK(client.last("error")["error"].string() == "resource_exhausted");
  for (int i = 0; i < 100; ++i) {
    client.text(text("x", R"(,"session_id":"s)" + std::to_string(i) + "\""));
  }
  rig.run(0ms);
  CHECK(client.count("error") == 41);
  rig.run(20s);
  CHECK(client.count("text_response") == 64);
  client.text(text("x"));
  rig.run(5s);
  CHECK(client.count("text_response") == 65);
}

TEST_CASE("json: a voice that takes too long is given up at the server's time for an answer") {
  AgentOptions agent = echo_agent();
  sim::TtsScript slow;
  slow.first_audio = Duration(30s);
  agent.tts.instance = sim::scripted_tts(slow);
  JsonRig rig(agent);
  rig.host->transport_options.answer_timeout = 3s;
  FakeConnection& client = rig.connect();
  client.text(audio(sim::speak("hello")));
  rig.run(5s);
  CHECK(client.last("audio_response")["error"].string() == "the voice took too long");
}

}  // namespace voiceagent::test
