#include "protocols/json/server_message.h"

#include <string>
#include <vector>

#include "support/catch.h"

namespace voiceagent::protocols::json {
namespace {

constexpr std::int64_t kNow = 1'795'655'045'006;
const std::string kTail = R"("timestamp":"2026-11-26T01:04:05.006Z"})";

}  // namespace

TEST_CASE("json: the time of day is written to the millisecond, in UTC") {
  CHECK(iso_time(kNow) == "2026-11-26T01:04:05.006Z");
  CHECK(iso_time(0) == "1970-01-01T00:00:00.000Z");
  CHECK(iso_time(951'827'696'999) == "2000-02-29T12:34:56.999Z");
}

TEST_CASE("json: an answer to audio has all its fields") {
  ServerMessages messages;
  const std::vector<std::pair<std::string, std::string>> slots{{"room", "kitchen"}};
  Response response;
  response.audio = true;
  response.session_id = "s";
  response.transcript = "light";
  response.intent = "switch";
  response.confidence = 0.75;
  response.slots = slots;
  response.reply = "Done.";
  response.voice_url = "/clips/1";
  CHECK(messages.response(response, kNow) ==
        R"({"type":"audio_response","success":true,"session_id":"s","transcribed_text":"light",)"
        R"("intent":"switch","intent_confidence":0.75,"slots":{"room":"kitchen"},)"
        R"("response":"Done.","voice_url":"/clips/1",)" +
            kTail);
}

TEST_CASE("json: an answer that failed says what is known, and why") {
  ServerMessages messages;
  Response response;
  response.audio = true;
  response.session_id = "s";
  response.transcript = "light";
  response.status = unavailable("the model is gone");
  CHECK(messages.response(response, kNow) ==
        R"({"type":"audio_response","success":false,"session_id":"s","transcribed_text":"light",)"
        R"("intent":null,"response":"","voice_url":null,"error":"the model is gone",)" +
            kTail);
}

TEST_CASE("json: an answer to text has neither a transcript nor, as a rule, a voice") {
  ServerMessages messages;
  Response response;
  response.session_id = "s";
  response.transcript = "hi";
  response.reply = "Hello \"you\".";
  CHECK(messages.response(response, kNow) ==
        R"({"type":"text_response","success":true,"session_id":"s","intent":null,)"
        R"("response":"Hello \"you\".",)" +
            kTail);
}

TEST_CASE("json: the other messages") {
  ServerMessages messages;
  CHECK(messages.connection("s", "json", "by path", "", kNow) ==
        R"({"type":"connection","message":"connected","session_id":"s",)"
        R"("transport":{"name":"json","reason":"by path"},)" +
            kTail);
  CHECK(messages.pong(kNow) == R"({"type":"pong",)" + kTail);
  CHECK(messages.error(invalid_argument("bad"), kNow) ==
        R"({"type":"error","message":"bad","error":"invalid_argument",)" + kTail);
  CHECK(messages.error(resource_exhausted("full"), kNow, Duration(1'500'000)) ==
        R"({"type":"error","message":"full","error":"resource_exhausted","retry_after_ms":2,)" +
            kTail);
  CHECK(messages.delta("s", "Hel", kNow) ==
        R"({"type":"reply_delta","session_id":"s","text":"Hel",)" + kTail);
  CHECK(messages.mode(Mode::kVoiceToText, kNow) ==
        R"({"type":"mode","mode":"voice_to_text",)" + kTail);
  CHECK(messages.interrupted("s", kNow) == R"({"type":"interrupted","session_id":"s",)" + kTail);
  const std::vector<ContextEntry> entries{{Role::kUser, "hi", 1, false}};
  CHECK(messages.context("s", entries, kNow) ==
        R"({"type":"context","session_id":"s","entries":[{"role":"user","text":"hi",)"
        R"("interrupted":false}],)" +
            kTail);
  CHECK(messages.audio_ack("s", kNow).find(R"({"type":"audio_ack",)") == 0);
}

}  // namespace voiceagent::protocols::json
