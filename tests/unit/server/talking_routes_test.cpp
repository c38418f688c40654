// Text and recordings in, replies and speech out.
#include <cstring>
#include <string>

#include "base/base64.h"
#include "server/speech/speech_encoder.h"
#include "support/catch.h"
#include "support/session_rig.h"
#include "unit/server/server_stand.h"
#include "voiceagent/wav.h"

using namespace voiceagent;
using namespace voiceagent::test;
using Catch::Matchers::Contains;

namespace {

// A WAV file in which the scripted recogniser reads these words.
std::string recording(std::string_view words) {
  const Pcm speech = sim::speak(words);
  return server::wav_file(speech.samples, speech.sample_rate);
}

std::string in_base64(std::string_view bytes) {
  std::string text;
  base64_encode(std::as_bytes(std::span(bytes)), text);
  return text;
}

net::HttpRequest upload(std::string type, std::string body, std::string query = {}) {
  return ServerStand::request("POST", "/voice/process-speech" + query, {{"content-type", type}},
                              std::move(body));
}

// What a file of simulated speech says.
std::string words_in(std::string_view wav) {
  auto reader = WavReader::from_bytes(std::as_bytes(std::span(wav)), "speech");
  REQUIRE(reader.ok());
  std::vector<std::int16_t> samples(1'000'000);
  const auto count = reader->read_mono(samples);
  REQUIRE(count.ok());
  sim::SpeechReader words;
  words.add(std::span(samples).first(*count));
  return words.text();
}

}  // namespace

TEST_CASE("a line of text is answered, and the next one in the same conversation") {
  ServerStand stand;
  const FakeAnswer first = stand.post_json("/chat/message", R"({"text":"hello"})");
  CHECK(first.response.status == 200);
  const std::string session(json_of(first)["session_id"].string());
  CHECK(json_of(first)["success"].boolean());
  CHECK(json_of(first)["response"].string() == "the reply");
  CHECK(first.response.headers.get("x-session-id") == session);
  const FakeAnswer second = stand.post_json(
      "/api/v1/chat/message", R"({"message":"and?","session_id":")" + session + "\"}");
  CHECK(json_of(second)["session_id"].string() == session);
  CHECK(stand.host->dialogue_count() == 1);
}

TEST_CASE("a session that is being streamed is refused with 409, not opened a second time") {
  ServerStand stand;
  CHECK(stand.host->sessions().add("live", {stand.loop, {}, {"connection:1", true}}).ok());
  const FakeAnswer answer =
      stand.post_json("/chat/message", R"({"text":"hello","session_id":"live"})");
  CHECK(answer.response.status == 409);
  CHECK(json_of(answer)["code"].string() == "failed_precondition");
  CHECK_THAT(std::string(json_of(answer)["detail"].string()),
             Catch::Matchers::Contains("/ws/stream"));
  CHECK(stand.host->dialogue_count() == 0);
}

TEST_CASE("a reply comes as events when that is asked for, by header or by field") {
  ServerStand stand;
  const FakeAnswer by_field = stand.post_json("/chat/message", R"({"text":"hello","stream":true})");
  CHECK(by_field.response.headers.get("content-type") == "text/event-stream; charset=utf-8");
  CHECK_THAT(by_field.response.body, Contains("event: delta\ndata: {\"text\":\"the"));
  CHECK_THAT(by_field.response.body, Contains("event: done\ndata: {\"success\":true"));
  const FakeAnswer by_header = stand.serve(
      ServerStand::request("POST", "/chat/message",
                           {{"content-type", "application/json"}, {"accept", "text/event-stream"}},
                           R"({"text":"hello"})"));
  CHECK(by_header.response.body.ends_with("\n\n"));
  const std::string session(by_header.response.headers.get("x-session-id"));
  CHECK_FALSE(session.empty());
  CHECK_THAT(by_header.response.body, Contains("\"session_id\":\"" + session + "\""));
  const FakeAnswer whole = stand.serve(
      ServerStand::request("POST", "/chat/message",
                           {{"content-type", "application/json"}, {"accept", "text/event-stream"}},
                           R"({"text":"hello","stream":false})"));
  CHECK(whole.response.headers.get("content-type") == "application/json");
}

TEST_CASE("a message that can't be one is refused with what is wrong") {
  ServerStand stand;
  for (const std::string body :
       {"", "{", "[]", "{}", R"({"text":""})", R"({"text":7})", R"({"text":"a","session_id":7})",
        R"({"text":"a","message":"b"})", R"({"text":"a","session_id":""})"}) {
    CAPTURE(body);
    const FakeAnswer refused = stand.post_json("/chat/message", body);
    CHECK(refused.response.status == 400);
    CHECK_FALSE(json_of(refused)["detail"].string().empty());
  }
  CHECK_THAT(std::string(json_of(stand.post_json("/chat/message",
                                                 R"({"text":"a","message":"b"})"))["detail"]
                             .string()),
             Contains("not both"));
  CHECK(stand.post_json("/chat/message", std::string(40'000, '[')).response.status == 400);
  CHECK(stand.post_json("/chat/message", R"({"text":")" + std::string(20'000, 'a') + "\"}")
            .response.status == 400);
  CHECK(stand
            .serve(ServerStand::request("POST", "/chat/message", {{"content-type", "text/plain"}},
                                        R"({"text":"a"})"))
            .response.status == 415);
}

TEST_CASE("text is spoken as WAV, as raw samples, at any rate") {
  ServerStand stand;
  const FakeAnswer wav = stand.post_json("/voice/tts", R"({"text":"hello there"})");
  CHECK(wav.response.status == 200);
  CHECK(wav.response.headers.get("content-type") == "audio/wav");
  const FakeAnswer pcm = stand.post_json("/voice/tts", R"({"text":"hello there","format":"pcm"})");
  CHECK(pcm.response.headers.get("content-type") == "audio/pcm; rate=16000; channels=1");
  CHECK(pcm.response.body.size() + 44 == wav.response.body.size());
  sim::SpeechReader words;
  std::vector<std::int16_t> samples(pcm.response.body.size() / 2);
  std::memcpy(samples.data(), pcm.response.body.data(), samples.size() * 2);
  words.add(samples);
  CHECK(words.text() == "hello there");
  const FakeAnswer other =
      stand.post_json("/voice/tts", R"({"text":"hello there","format":"pcm","sample_rate":8000})");
  CHECK(other.response.body.size() == Approx(pcm.response.body.size() / 2.0).epsilon(0.02));
}

TEST_CASE("speech waits for a client that reads slowly, and ends when it has gone") {
  ServerStand stand;
  const auto answer = std::make_shared<FakeAnswer>();
  const std::string text(800, 'a');  // 48 s of speech, 1.5 MB
  const auto exchange =
      stand.begin(ServerStand::request("POST", "/voice/tts", {{"content-type", "application/json"}},
                                       R"({"text":")" + text + R"(","format":"pcm"})"),
                  answer);
  exchange->be_slow();
  stand.time->run_for(std::chrono::seconds(10));
  CHECK_FALSE(answer->ended);
  CHECK(answer->response.body.size() < 400'000);
  stand.loop->post([exchange] { exchange->drain(); });
  stand.time->run_for(std::chrono::seconds(10));
  CHECK(answer->response.body.size() < 800'000);
  CHECK(answer->response.body.size() > 400'000);
  stand.loop->post([exchange] { exchange->leave(); });
  stand.time->run_for(std::chrono::seconds(10));
  CHECK_FALSE(answer->ended);
  CHECK(stand.app->services().calls.load() == 0);
}

TEST_CASE("speech that can't be made is refused with what is wrong") {
  ServerStand stand;
  for (const std::string body :
       {"{}", R"({"text":""})", R"({"text":"a","format":"mp3"})",
        R"({"text":"a","sample_rate":100})", R"({"text":"a","sample_rate":"fast"})"}) {
    CAPTURE(body);
    CHECK(stand.post_json("/voice/tts", body).response.status == 400);
  }
}

TEST_CASE("a recording is understood, answered and spoken, however it is sent") {
  ServerStand stand;
  const std::string wav = recording("good morning");
  const std::string form =
      "--B\r\nContent-Disposition: form-data; name=\"session_id\"\r\n\r\nmine\r\n"
      "--B\r\nContent-Disposition: form-data; name=\"audio\"; filename=\"a.wav\"\r\n\r\n" +
      wav + "\r\n--B--\r\n";
  for (const net::HttpRequest& request :
       {upload("audio/wav", wav), upload("application/octet-stream", wav),
        upload("audio/x-raw", wav.substr(44), "?format=s16le&sample_rate=16000"),
        upload("multipart/form-data; boundary=B", form),
        upload("application/json", R"({"audio_data":")" + in_base64(wav) + "\"}"),
        upload("application/json; charset=utf-8",
               R"({"sample_rate":16000,"audio_data":")" + in_base64(wav.substr(44)) + "\"}")}) {
    CAPTURE(std::string(request.header("content-type")));
    const FakeAnswer answer = stand.serve(request);
    CHECK(answer.response.status == 200);
    const Json json = json_of(answer);
    CHECK(json["transcribed_text"].string() == "good morning");
    CHECK(json["response"].string() == "the reply");
    const std::string url(json["voice_url"].string());
    const FakeAnswer clip = stand.get(url);
    CHECK(clip.response.status == 200);
    CHECK(clip.response.headers.get("content-type") == "audio/wav");
    CHECK(words_in(clip.response.body) == "the reply");
    CHECK(stand.get(url, {{"range", "bytes=0-3"}}).response.body == "RIFF");
  }
}

TEST_CASE("a long recording is read off the loop: others are answered meanwhile") {
  VirtualTimeOptions slow;
  slow.job_cost = std::chrono::milliseconds(10);
  ServerStand stand({}, true, {}, slow);
  const std::string audio = in_base64(recording("hello") + std::string(300'000, '\0'));
  const auto answer = std::make_shared<FakeAnswer>();
  const auto other = std::make_shared<FakeAnswer>();
  const auto exchange =
      stand.begin(upload("application/json", R"({"audio_data":")" + audio + "!\"}"), answer);
  const auto behind = stand.begin(ServerStand::request("GET", "/health"), other);
  stand.time->run_for(std::chrono::milliseconds(5));
  CHECK(answer->answers == 0);
  CHECK(other->answers == 1);
  stand.time->run_for(std::chrono::milliseconds(10));
  CHECK(answer->response.status == 400);
  CHECK_THAT(answer->response.body, Contains("audio_data"));
  CHECK(stand.serve(upload("audio/wav", recording("hello") + std::string(300'000, '\0')))
            .response.status == 200);
}

TEST_CASE("a client that leaves gives up its request: the model is told, nobody else is") {
  ServerStand stand;
  const auto body = GENERATE(as<std::string>(), R"({"text":"hello","session_id":"s"})",
                             R"({"text":"hello","session_id":"s","stream":true})");
  const auto answer = std::make_shared<FakeAnswer>();
  const auto exchange = stand.begin(
      ServerStand::request("POST", "/chat/message", {{"content-type", "application/json"}}, body),
      answer);
  stand.time->run_for(std::chrono::milliseconds(1));
  exchange->leave();
  stand.time->run_for(std::chrono::milliseconds(1));
  CHECK(answer->ended);
  CHECK_THAT(answer->response.body, !Contains("the reply"));
  CHECK_THAT(stand.get("/metrics").response.body,
             Contains(R"(route="/chat/message",status="4xx")"));
  CHECK(stand.post_json("/chat/message", R"({"text":"again","session_id":"s"})").response.status ==
        200);
}

TEST_CASE("a client that leaves gives up its recording too") {
  ServerStand stand;
  const auto answer = std::make_shared<FakeAnswer>();
  const auto exchange = stand.begin(upload("audio/wav", recording("hello")), answer);
  stand.time->run_for(std::chrono::milliseconds(1));
  exchange->leave();
  stand.time->run_for(std::chrono::milliseconds(1));
  CHECK(answer->response.status == 503);
}

TEST_CASE("a client that leaves while its recording is read gives it up too") {
  VirtualTimeOptions slow;
  slow.job_cost = std::chrono::milliseconds(10);
  ServerStand stand({}, true, {}, slow);
  const auto answer = std::make_shared<FakeAnswer>();
  const auto exchange =
      stand.begin(upload("audio/wav", recording("hello") + std::string(300'000, '\0')), answer);
  stand.time->run_for(std::chrono::milliseconds(5));
  exchange->leave();
  stand.time->run_for(std::chrono::milliseconds(10));
  CHECK(answer->response.status == 503);
}

TEST_CASE("a client that leaves while its reply is spoken ends that too") {
  const auto begin = [](ServerStand& stand, const std::shared_ptr<FakeAnswer>& answer) {
    return stand.begin(upload("audio/wav", recording("hello")), answer);
  };
  ServerStand first;
  const auto whole = std::make_shared<FakeAnswer>();
  const auto kept = begin(first, whole);
  Duration taken{0};
  for (const Duration step = std::chrono::milliseconds(1); !whole->ended; taken += step) {
    first.time->run_for(step);
    REQUIRE(taken < std::chrono::minutes(1));
  }
  ServerStand second;
  const auto answer = std::make_shared<FakeAnswer>();
  const auto exchange = begin(second, answer);
  second.time->run_for(taken - std::chrono::milliseconds(2));
  REQUIRE_FALSE(answer->ended);
  exchange->leave();
  CHECK_THAT(answer->response.body, Contains("hello") && Contains("given up"));
}

TEST_CASE("the spoken reply comes by URL, inside the answer, both ways or not at all") {
  ServerStand stand;
  const auto ask = [&stand](const std::string& reply) {
    return json_of(stand.serve(upload("audio/wav", recording("hello"), "?reply=" + reply)));
  };
  CHECK(ask("url")["audio_data"].is_null());
  const Json inside = ask("audio");
  CHECK(inside["voice_url"].is_null());
  CHECK(inside["audio_type"].string() == "audio/wav");
  std::vector<std::byte> bytes;
  REQUIRE(base64_decode(inside["audio_data"].string(), bytes).ok());
  CHECK(words_in({reinterpret_cast<const char*>(bytes.data()), bytes.size()}) == "the reply");
  CHECK_FALSE(ask("both")["voice_url"].is_null());
  CHECK(ask("text")["voice_url"].is_null());
}

TEST_CASE("a reply that can't be spoken is answered in words, with what failed") {
  ServerStand stand({}, false);
  sim::TtsScript dumb;
  dumb.death.how = sim::Death::How::kError;
  AgentOptions agent = scripted_agent("the reply");
  agent.tts.instance = sim::scripted_tts(dumb);
  const auto made = stand.host->parts().engine->make_agent(std::move(agent));
  REQUIRE(made.ok());
  REQUIRE(stand.host->set_agent(*made).ok());
  const FakeAnswer answer = stand.serve(upload("audio/wav", recording("hello"), "?reply=both"));
  CHECK(answer.response.status == 200);
  const Json json = json_of(answer);
  CHECK(json["transcribed_text"].string() == "hello");
  CHECK(json["response"].string() == "the reply");
  CHECK_FALSE(json["success"].boolean());
  CHECK(json["voice_url"].is_null());
  CHECK_FALSE(json.has("audio_data"));
  CHECK_THAT(std::string(json["error"].string()), Contains("can't be spoken"));
}

TEST_CASE("a clip is 404 for whoever it isn't, and when there is none") {
  ServerOptions options;
  options.auth.token = "secret";
  ServerStand stand(options);
  const auto url = stand.host->keep_clip({"token", false}, {"audio/wav", "RIFF"});
  REQUIRE(url.ok());
  CHECK(stand.get(*url, {{"authorization", "Bearer secret"}}).response.status == 200);
  CHECK(stand.get(*url).response.status == 401);
  const auto foreign = stand.host->keep_clip({"somebody", false}, {"audio/wav", "RIFF"});
  CHECK(stand.get(*foreign, {{"authorization", "Bearer secret"}}).response.status == 404);
  CHECK(stand.get("/voice/clips/x", {{"authorization", "Bearer secret"}}).response.status == 404);
}

TEST_CASE("a recording that can't be one is refused with what is wrong") {
  ServerStand stand;
  const auto status = [&stand](const net::HttpRequest& request) {
    const FakeAnswer answer = stand.serve(request);
    CHECK_FALSE(json_of(answer)["detail"].string().empty());
    return answer.response.status;
  };
  CHECK(status(upload("audio/wav", "")) == 400);
  CHECK(status(upload("audio/wav", "RIFFnonsense")) == 400);
  CHECK(status(upload("audio/x-raw", "abc")) == 400);
  CHECK(status(upload("audio/x-raw", "abcd", "?format=mp3")) == 400);
  CHECK(status(upload("audio/x-raw", "abcd", "?sample_rate=fast")) == 400);
  CHECK(status(upload("audio/x-raw", "abcd", "?reply=loud")) == 400);
  CHECK(status(upload("audio/x-raw", "abcd", "?session_id=" + std::string(200, 'x'))) == 400);
  CHECK(status(upload("application/json", "{}")) == 400);
  CHECK(status(upload("application/json", R"({"audio_data":"???"})")) == 400);
  CHECK(status(upload("multipart/form-data", "x")) == 400);
  CHECK(status(upload("multipart/form-data; boundary=B", "--B--")) == 400);
  CHECK(status(upload("text/html", "x")) == 415);
  CHECK(status(upload("audio/wav", "OggS and more")) == 415);
  CHECK(status(upload("application/json", R"({"audio_data":"T2dnUwAC"})")) == 415);
  CHECK(status(upload("audio/mpeg", "\xFF\xFB\x90\x64")) == 415);
  CHECK(status(upload("", "x")) == 415);
}

TEST_CASE("a recording without words is told apart from a broken one") {
  ServerStand stand;
  const Pcm nothing = sim::silence(std::chrono::seconds(2));
  const FakeAnswer answer =
      stand.serve(upload("audio/wav", server::wav_file(nothing.samples, nothing.sample_rate)));
  CHECK(answer.response.status == 422);
}
