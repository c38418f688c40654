#include "protocols/stream/client_message.h"

#include <string>

#include "support/catch.h"

namespace voiceagent::protocols::stream {
namespace {

template <class T>
T parsed(std::string_view text) {
  const auto message = parse_client_message(text);
  INFO(text << ": " << message.status().to_string());
  REQUIRE(message.ok());
  REQUIRE(std::holds_alternative<T>(*message));
  return std::get<T>(*message);
}

std::string refusal(std::string_view text) {
  const auto message = parse_client_message(text);
  INFO(text);
  REQUIRE_FALSE(message.ok());
  CHECK(message.status().code() == ErrorCode::kInvalidArgument);
  return message.status().message();
}

}  // namespace

TEST_CASE("stream: a start without fields has the documented defaults") {
  const Start start = parsed<Start>(R"({"type":"start"})");
  CHECK(start.session_id.empty());
  CHECK(start.token.empty());
  CHECK_FALSE(start.input);
  CHECK_FALSE(start.output);
  CHECK_FALSE(start.mode);
  CHECK(start.agent.empty());
  CHECK_FALSE(start.playback_reports);
  CHECK(start.events.partial);
  CHECK(start.events.metrics);
  CHECK_FALSE(start.events.others);
}

TEST_CASE("stream: a start with all fields says them all") {
  const Start start = parsed<Start>(R"({"type":"start","session_id":"abc","token":"t",
    "input":{"encoding":"mulaw","sample_rate":8000},"output":{"encoding":"opus","sample_rate":48000},
    "mode":"text_to_voice","agent":{"greeting":"hi","instructions":"be brief","language":"de",
    "voice":"rms"},"playback_reports":true,"events":["all"],"client":"page 1","unknown":[1]})");
  CHECK(start.session_id == "abc");
  CHECK(start.token == "t");
  CHECK(start.input == AudioFormat{Encoding::kMulaw, 8'000});
  CHECK(start.output == AudioFormat{Encoding::kOpus, 48'000});
  CHECK(start.mode == Mode::kTextToVoice);
  CHECK(start.agent.greeting == "hi");
  CHECK(start.agent.instructions == "be brief");
  CHECK(start.agent.language == "de");
  CHECK(start.agent.voice == "rms");
  CHECK(start.playback_reports);
  CHECK(start.events.others);
  CHECK(start.client == "page 1");
}

TEST_CASE("stream: a format is what it says, the rest by default") {
  CHECK(parsed<Start>(R"({"type":"start","input":{"encoding":"mulaw"}})").input ==
        AudioFormat{Encoding::kMulaw, 8'000});
  CHECK(parsed<Start>(R"({"type":"start","input":{"sample_rate":24000}})").input ==
        AudioFormat{Encoding::kS16le, 24'000});
  CHECK(parsed<Start>(R"({"type":"start","input":{}})").input ==
        AudioFormat{Encoding::kS16le, 16'000});
}

TEST_CASE("stream: an empty list of events means none of the optional ones") {
  const Start start = parsed<Start>(R"({"type":"start","events":[]})");
  CHECK_FALSE(start.events.partial);
  CHECK_FALSE(start.events.metrics);
}

TEST_CASE("stream: each message is read with its fields") {
  CHECK(parsed<TypedLine>(R"({"type":"text","text":"a\u0000\"b\ud83d\ude00"})").text ==
        std::string("a\0\"b\xF0\x9F\x98\x80", 8));
  CHECK(parsed<Keys>(R"({"type":"dtmf","digits":"12#"})").digits == "12#");
  CHECK(parsed<PlaybackReport>(R"({"type":"playback","position":4294967295})").position ==
        4'294'967'295U);
  CHECK(parsed<ModeRequest>(R"({"type":"mode","mode":"text_to_text"})").mode == Mode::kTextToText);
  parsed<Interrupt>(R"({"type":"interrupt"})");
  parsed<Commit>(R"({"type":"commit"})");
  parsed<End>(R"({"type":"end"})");
  CHECK(parsed<Say>(R"({"type":"say","text":"hello"})").interruptible);
  CHECK_FALSE(parsed<Say>(R"({"type":"say","text":"hello","interruptible":false})").interruptible);
  CHECK(parsed<ContextRequest>(R"({"type":"context","id":"c1"})").id.text == "c1");
  CHECK(parsed<Ping>(R"({"type":"ping","id":7})").id.number == 7);
  CHECK_FALSE(parsed<Ping>(R"({"type":"ping"})").id.number);
}

TEST_CASE("stream: what is wrong with a message is said by name, and what is allowed") {
  CHECK(refusal("hello").find("invalid JSON at line 1") == 0);
  CHECK(refusal("[]") == "a message must be a JSON object");
  CHECK(refusal("{}") == "`type` is missing");
  CHECK(refusal(R"({"type":1})") == "`type` must be a string");
  CHECK(refusal(R"({"type":"st\u0000art"})").find("unknown type 'st\\x00art'; there are: ") == 0);
  CHECK(refusal(R"({"type":"text"})") == "`text` is missing");
  CHECK(refusal(R"({"type":"text","text":["a"]})") == "`text` must be a string");
  CHECK(refusal(R"({"type":"playback"})") == "`position` is missing");
  CHECK(refusal(R"({"type":"playback","position":-1})") ==
        "`position` must be a whole number from 0 to 4294967295");
  CHECK(refusal(R"({"type":"playback","position":1.5})").find("`position` must be") == 0);
  CHECK(refusal(R"({"type":"playback","position":1e300})").find("`position` must be") == 0);
  CHECK(refusal(R"({"type":"mode"})") == "`mode` is missing");
  CHECK(refusal(R"({"type":"mode","mode":"loud"})").find("`mode` must be voice_to_voice, ") == 0);
  CHECK(refusal(R"({"type":"say","text":"a","interruptible":"no"})") ==
        "`interruptible` must be true or false");
  CHECK(refusal(R"({"type":"ping","id":{}})") == "`id` must be a string or a whole number");
}

TEST_CASE("stream: a start that can't be is refused with the reason") {
  CHECK(refusal(R"({"type":"start","input":[]})") == "`input` must be an object");
  CHECK(refusal(R"({"type":"start","input":{"encoding":"mp3"}})") ==
        "input: `encoding` must be s16le, mulaw or opus");
  CHECK(refusal(R"({"type":"start","input":{"encoding":7}})") ==
        "`input.encoding` must be a string");
  CHECK(refusal(R"({"type":"start","output":{"sample_rate":44100}})") ==
        "output: `sample_rate` of s16le must be 8000, 16000, 24000 or 48000");
  CHECK(refusal(R"({"type":"start","output":{"encoding":"mulaw","sample_rate":16000}})") ==
        "output: `sample_rate` of mulaw must be 8000");
  CHECK(refusal(R"({"type":"start","agent":{"voice":3}})") == "`agent.voice` must be a string");
  CHECK(refusal(R"({"type":"start","events":["audio"]})") ==
        R"(`events` must be a list of "partial", "metrics" and "all")");
  CHECK(refusal(R"({"type":"start","events":"all"})") == "`events` must be an array");
  CHECK(refusal(R"({"type":"start","playback_reports":1})") ==
        "`playback_reports` must be true or false");
  CHECK(refusal(R"({"type":"start","session_id":")" + std::string(201, 'x') + "\"}") ==
        "`session_id` must be a string of at most 200 bytes");
}

TEST_CASE("stream: nesting of 20,000 levels is refused, not followed") {
  const std::string deep =
      R"({"type":"start","agent":)" + std::string(20'000, '[') + std::string(20'000, ']') + "}";
  CHECK(refusal(deep).find("invalid JSON") == 0);
}

}  // namespace voiceagent::protocols::stream
