// What the server says of itself.
#include <string>

#include "support/catch.h"
#include "unit/server/server_stand.h"

using namespace voiceagent;
using namespace voiceagent::test;
using Catch::Matchers::Contains;

TEST_CASE("programs get a list of endpoints from /, browsers the page") {
  ServerStand stand;
  const Json information = json_of(stand.get("/", {{"accept", "*/*"}}));
  CHECK(information["api"].string() == "/api/v1");
  bool has_chat = false;
  for (std::size_t i = 0; i < information["endpoints"].size(); ++i) {
    const Json endpoint = information["endpoints"].at(i);
    has_chat |= endpoint["path"].string() == "/api/v1/chat/message" &&
                endpoint["method"].string() == "POST";
  }
  CHECK(has_chat);
  const FakeAnswer page = stand.get("/", {{"accept", "text/html,*/*;q=0.8"}});
  CHECK(page.response.headers.get("content-type") == "text/html; charset=utf-8");
  CHECK_THAT(page.response.body, Contains("<html"));
  for (const std::string accept : {"*/*", "text/html"}) {
    CHECK(stand.get("/", {{"accept", accept}}).response.headers.get("vary") == "accept");
  }
  CHECK_THAT(std::string(page.response.headers.get("content-security-policy")),
             Contains("script-src 'self'"));
}

TEST_CASE("files of the page have types and tags") {
  ServerStand stand;
  const FakeAnswer page = stand.get("/index.html");
  CHECK(page.response.status == 200);
  const std::string tag(page.response.headers.get("etag"));
  CHECK(stand.get("/index.html", {{"if-none-match", tag}}).response.status == 304);
}

TEST_CASE("the server is alive while its agent loads, and ready once it has") {
  ServerStand stand({}, false);
  CHECK(stand.get("/health").response.status == 200);
  CHECK(json_of(stand.get("/health"))["components"]["agent"]["status"].string() == "loading");
  const FakeAnswer refused = stand.get("/ready");
  CHECK(refused.response.status == 503);
  CHECK(refused.response.headers.get("retry-after") == "1");
  for (const std::string path : {"/voice/config", "/voice/health"}) {
    CHECK(stand.get(path).response.status == 503);
  }
  CHECK(stand.post_json("/chat/message", R"({"text":"hello"})").response.status == 503);
  CHECK(stand.post_json("/voice/tts", R"({"text":"hello"})").response.status == 503);
  stand.load_agent();
  CHECK(stand.get("/ready").response.status == 200);
  CHECK(json_of(stand.get("/health"))["components"]["agent"]["status"].string() == "ok");
}

TEST_CASE("the server isn't ready when it shuts down or all sessions are taken") {
  ServerOptions options;
  options.max_ws_connections = 1;
  ServerStand stand(options);
  {
    const transports::Admission one = stand.host->admit({"a", false});
    REQUIRE(one.slot != nullptr);
    const transports::Admission two = stand.host->admit({"b", false});
    CHECK(two.slot == nullptr);
    CHECK(two.refusal.code() == ErrorCode::kResourceExhausted);
    CHECK(two.retry_after > Duration(0));
    CHECK_THAT(stand.get("/ready").response.body, Contains("all 1 sessions are taken"));
  }
  CHECK(stand.get("/ready").response.status == 200);
  stand.host->begin_drain();
  CHECK(stand.get("/ready").response.status == 503);
  CHECK(stand.get("/health").response.status == 200);
}

TEST_CASE("metrics count requests, sessions, turns and provider calls") {
  ServerStand stand;
  stand.post_json("/chat/message", R"({"text":"hello"})");
  stand.get("/nothing");
  const FakeAnswer metrics = stand.get("/metrics");
  CHECK_THAT(std::string(metrics.response.headers.get("content-type")), Contains("text/plain"));
  const std::string& text = metrics.response.body;
  CHECK_THAT(text, Contains("voiceagent_http_requests_total{method=\"POST\","
                            "route=\"/chat/message\",status=\"2xx\"} 1"));
  CHECK_THAT(text, Contains("route=\"other\",status=\"4xx\"} 1"));
  CHECK_THAT(text, Contains("voiceagent_sessions_total{transport=\"dialogue\"} 1"));
  CHECK_THAT(text, Contains("voiceagent_turns_total 1"));
  CHECK_THAT(text, Contains("voiceagent_turn_stage_seconds_count{stage=\"first_token\"} 1"));
  CHECK_THAT(text, Contains("voiceagent_provider_calls_total{kind=\"llm\","));
  CHECK_THAT(text, Contains("voiceagent_ready 1"));
}

TEST_CASE("conversations by request and answer end with the server, and metrics say so") {
  ServerStand stand;
  stand.post_json("/chat/message", R"({"text":"hello"})");
  stand.host->end_sessions();
  CHECK_THAT(stand.get("/metrics").response.body,
             Contains("voiceagent_sessions_closed_total{reason=\"host\"} 1"));
}

TEST_CASE("what is told of the agent has no secrets in it") {
  ServerStand stand;
  const FakeAnswer config = stand.get("/voice/config");
  CHECK(json_of(config)["mode"].string() == "voice_to_voice");
  CHECK(json_of(config)["limits"]["max_text_bytes"].integer() == 16'384);
  CHECK_THAT(config.response.body, !Contains("secret"));
  CHECK(json_of(stand.get("/voice/health"))["providers"]["stt"]["status"].string() == "ok");
  CHECK(json_of(stand.get("/voice/status"))["status"].string() == "ready");
}
