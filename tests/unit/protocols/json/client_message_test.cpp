#include "protocols/json/client_message.h"

#include <string>

#include "base/base64.h"
#include "support/catch.h"
#include "support/wav_bytes.h"

namespace voiceagent::protocols::json {
namespace {

template <class T>
T parsed(std::string_view text) {
  auto message = parse_client_message(text);
  INFO(text.substr(0, 200) << ": " << message.status().to_string());
  REQUIRE(message.ok());
  REQUIRE(std::holds_alternative<T>(*message));
  return std::get<T>(std::move(*message));
}

std::string refusal(std::string_view text) {
  const auto message = parse_client_message(text);
  INFO(text.substr(0, 200));
  REQUIRE_FALSE(message.ok());
  CHECK(message.status().code() == ErrorCode::kInvalidArgument);
  return message.status().message();
}

std::string base64(std::string_view bytes) {
  std::string text;
  base64_encode(std::as_bytes(std::span(bytes)), text);
  return text;
}

std::string audio(std::string_view bytes, const std::string& more = {}) {
  return R"({"type":"audio","audio_data":")" + base64(bytes) + "\"" + more + "}";
}

}  // namespace

TEST_CASE("json: a text request is read with its fields") {
  const Ask ask = parsed<Ask>(
      R"({"type":"text","text":"hi \u0000\ud83d\ude00","user_id":"u","session_id":"s",
          "context":{"any":[1]},"stream":true})");
  CHECK(ask.text == std::string("hi \0\xF0\x9F\x98\x80", 8));
  CHECK(ask.session_id == "s");
  CHECK(ask.stream);
  CHECK_FALSE(ask.audio);
  CHECK(parsed<Ask>(R"({"type":"text","text":"hi"})").session_id.empty());
  CHECK(parsed<Ask>(R"({"type":"text","text":"hi","session_id":null})").session_id.empty());
}

TEST_CASE("json: raw audio is s16le at 16 kHz, unless the context says otherwise") {
  const Ask plain = parsed<Ask>(audio(std::string_view("\x01\x02\xFE\xFF", 4)));
  REQUIRE(plain.audio);
  CHECK(plain.audio->samples == std::vector<std::int16_t>{0x0201, -2});
  CHECK(plain.audio->sample_rate == 16'000);
  const Ask other = parsed<Ask>(audio("abcd", R"(,"context":{"sample_rate":8000})"));
  CHECK(other.audio->sample_rate == 8'000);
  const Ask mulaw = parsed<Ask>(audio("abc", R"(,"context":{"format":"mulaw"})"));
  CHECK(mulaw.audio->samples.size() == 3);
  CHECK(mulaw.audio->sample_rate == 8'000);
}

TEST_CASE("json: the other requests") {
  parsed<Ping>(R"({"type":"ping"})");
  CHECK(parsed<ContextRequest>(R"({"type":"context","session_id":"s"})").session_id == "s");
  CHECK(parsed<Interrupt>(R"({"type":"interrupt"})").session_id.empty());
  CHECK(parsed<ModeRequest>(R"({"type":"set_mode","mode":"voice_to_text"})").mode ==
        Mode::kVoiceToText);
}

TEST_CASE("json: malformed, unknown, ill-typed and empty requests are refused with the reason") {
  CHECK(refusal("").find("invalid JSON") == 0);
  CHECK(refusal("nope").find("invalid JSON") == 0);
  CHECK(refusal("7") == "a message must be a JSON object");
  CHECK(refusal("{}") == "`type` is missing");
  CHECK(refusal(R"({"type":"video"})") ==
        "unknown type 'video'; there are: audio, text, ping, context, set_mode, interrupt");
  CHECK(refusal(R"({"type":"text"})") == "`text` is missing");
  CHECK(refusal(R"({"type":"text","text":7})") == "`text` must be a string");
  CHECK(refusal(R"({"type":"text","text":" \n"})") == "`text` is empty");
  CHECK(refusal(R"({"type":"text","text":"a","session_id":7})") == "`session_id` must be a string");
  CHECK(refusal(R"({"type":"text","text":"a","user_id":[]})") == "`user_id` must be a string");
  CHECK(refusal(R"({"type":"text","text":"a","context":"x"})") == "`context` must be an object");
  CHECK(refusal(R"({"type":"text","text":"a","stream":1})") == "`stream` must be true or false");
  CHECK(refusal(R"({"type":"set_mode"})") == "`mode` is missing");
  CHECK(refusal(R"({"type":"text","text":)" + std::string(20'000, '[')).find("invalid JSON") == 0);
}

TEST_CASE("json: audio that is none is refused with the reason") {
  CHECK(refusal(R"({"type":"audio"})") == "`audio_data` is missing");
  CHECK(refusal(R"({"type":"audio","audio_data":""})") == "audio_data: the audio is empty");
  CHECK(refusal(R"({"type":"audio","audio_data":"%%"})").find("audio_data: invalid base64") == 0);
  CHECK(refusal(audio("abc")).find("audio_data: the audio has 3 bytes") == 0);
  CHECK(refusal(audio("RIFFxxxx")).find("audio_data: ") == 0);
  CHECK(refusal(audio("ab", R"(,"context":{"format":"mp3"})")) ==
        "`context.format` must be s16le or mulaw");
  CHECK(refusal(audio("ab", R"(,"context":{"sample_rate":"fast"})"))
            .find("`context.sample_rate` must be a whole number") == 0);
  CHECK(refusal(audio("ab", R"(,"context":{"sample_rate":1000})"))
            .find("`context.sample_rate` must be a whole number from 4000") == 0);
}

}  // namespace voiceagent::protocols::json
