// What a client is told when a provider behind the agent fails: never that it did something wrong.
#include <string>
#include <utility>
#include <vector>

#include "server/speech/speech_encoder.h"
#include "support/catch.h"
#include "support/session_rig.h"
#include "unit/server/server_stand.h"

using namespace voiceagent;
using namespace voiceagent::test;
using Catch::Matchers::Contains;

namespace {

struct Expected {
  ErrorCode code;
  int status;
};

const std::vector<Expected> kExpected{
    {ErrorCode::kAuth, 502},
    {ErrorCode::kNotFound, 502},
    {ErrorCode::kInvalidArgument, 502},
    {ErrorCode::kProtocol, 502},
    {ErrorCode::kRateLimited, 503},
    {ErrorCode::kQuota, 503},
    {ErrorCode::kUnavailable, 503},
    {ErrorCode::kTimeout, 504},
};

sim::Death death(ErrorCode code) {
  sim::Death death;
  death.how = sim::Death::How::kError;
  death.code = code;
  return death;
}

void use(ServerStand& stand, AgentOptions agent) {
  const auto made = stand.host->parts().engine->make_agent(std::move(agent));
  REQUIRE(made.ok());
  REQUIRE(stand.host->set_agent(*made).ok());
}

AgentOptions with_broken_model(ErrorCode code) {
  AgentOptions agent = scripted_agent("");
  sim::LlmDelivery delivery;
  delivery.death = death(code);
  agent.llm.instance = sim::scripted_llm(sim::fixed_reply("a reply"), delivery);
  return agent;
}

AgentOptions with_broken_recogniser(ErrorCode code) {
  AgentOptions agent = scripted_agent("a reply");
  sim::SttScript script;
  script.death = death(code);
  agent.stt.instance = sim::scripted_stt(script);
  return agent;
}

AgentOptions with_broken_voice(ErrorCode code) {
  AgentOptions agent = scripted_agent("a reply");
  sim::TtsScript script;
  script.death = death(code);
  agent.tts.instance = sim::scripted_tts(script);
  return agent;
}

FakeAnswer post_speech(ServerStand& stand) {
  const Pcm speech = sim::speak("good morning");
  return stand.serve(ServerStand::request("POST", "/voice/process-speech",
                                          {{"content-type", "audio/wav"}},
                                          server::wav_file(speech.samples, speech.sample_rate)));
}

void check(const FakeAnswer& answer, int status) {
  INFO(answer.response.body);
  CHECK(answer.response.status == status);
  CHECK(answer.response.headers.has("retry-after") == (status == 503));
  CHECK_FALSE(answer.response.headers.has("www-authenticate"));
}

}  // namespace

TEST_CASE("a model that fails is no fault of a message or a recording") {
  for (const auto& [code, status] : kExpected) {
    CAPTURE(to_string(code));
    ServerStand stand({}, false);
    use(stand, with_broken_model(code));
    check(stand.post_json("/chat/message", R"({"text":"hello"})"), status);
    check(post_speech(stand), status);
    const FakeAnswer events = stand.post_json("/chat/message", R"({"text":"hello","stream":true})");
    CHECK_THAT(events.response.body,
               Contains("event: error") && Contains("\"status\":" + std::to_string(status)));
    const std::string session(events.response.headers.get("x-session-id"));
    CHECK_FALSE(session.empty());
    CHECK_THAT(events.response.body, Contains("\"session_id\":\"" + session + "\""));
  }
}

TEST_CASE("a recogniser that fails is no fault of a recording") {
  for (const auto& [code, status] : kExpected) {
    CAPTURE(to_string(code));
    ServerStand stand({}, false);
    use(stand, with_broken_recogniser(code));
    check(post_speech(stand), status);
  }
}

TEST_CASE("a voice that fails is no fault of a text, but one that a client names may be missing") {
  for (const auto& [code, status] : kExpected) {
    CAPTURE(to_string(code));
    ServerStand stand({}, false);
    use(stand, with_broken_voice(code));
    check(stand.post_json("/voice/tts", R"({"text":"hello"})"), status);
    const bool missing = code == ErrorCode::kNotFound;
    check(stand.post_json("/voice/tts", R"({"text":"hello","voice":"nobody"})"),
          missing ? 404 : status);
  }
}
