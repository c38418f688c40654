#include "server/application.h"

#include <string>

#include "support/catch.h"
#include "unit/server/server_stand.h"

using namespace voiceagent;
using namespace voiceagent::test;
using Catch::Matchers::Contains;

namespace {

int status_of(const FakeAnswer& answer) { return answer.response.status; }

ServerOptions with_token() {
  ServerOptions options;
  options.auth.token = "secret";
  return options;
}

}  // namespace

TEST_CASE("every answer carries the request's id and the security headers") {
  ServerStand stand;
  for (const std::string path : {"/health", "/nothing", "/voice/config", "/ready", "/"}) {
    const net::HttpHeaders headers = stand.get(path).response.headers;
    CAPTURE(path);
    CHECK(headers.get("x-request-id") == "request-1");
    CHECK(headers.get("x-content-type-options") == "nosniff");
    CHECK(headers.get("x-frame-options") == "DENY");
    CHECK(headers.has("content-security-policy"));
    CHECK(headers.has("cache-control"));
  }
}

TEST_CASE("what is not served is 404, what takes another method 405 with those it takes") {
  ServerStand stand;
  const FakeAnswer missing = stand.serve(ServerStand::request("POST", "/nothing"));
  CHECK(status_of(missing) == 404);
  CHECK(json_of(missing)["request_id"].string() == "request-1");
  CHECK(status_of(stand.get("/nothing.css")) == 404);
  const FakeAnswer wrong = stand.get("/chat/message");
  CHECK(status_of(wrong) == 405);
  CHECK(wrong.response.headers.get("allow") == "POST, OPTIONS");
}

TEST_CASE("OPTIONS names the methods of a path, and answers a preflight") {
  ServerOptions options;
  options.cors.origins = {"https://good.example"};
  ServerStand stand(options);
  const FakeAnswer answer = stand.serve(ServerStand::request(
      "OPTIONS", "/api/v1/chat/message",
      {{"origin", "https://good.example"}, {"access-control-request-method", "POST"}}));
  CHECK(status_of(answer) == 204);
  CHECK(answer.response.headers.get("allow") == "POST, OPTIONS");
  CHECK(answer.response.headers.get("access-control-allow-origin") == "https://good.example");
  CHECK(answer.response.headers.get("access-control-allow-methods") == "POST, OPTIONS");
}

TEST_CASE("with a token only the service's own pages are open") {
  ServerStand stand(with_token());
  for (const std::string path : {"/", "/health", "/ready"})
    CHECK(status_of(stand.get(path)) == 200);
  for (const std::string path :
       {"/metrics", "/voice/config", "/voice/status", "/voice/health", "/voice/clips/x"}) {
    CAPTURE(path);
    const FakeAnswer refused = stand.get(path);
    CHECK(status_of(refused) == 401);
    CHECK(refused.response.headers.get("www-authenticate") == "Bearer");
    CHECK(status_of(stand.get(path, {{"authorization", "Bearer wrong"}})) == 401);
    CHECK(status_of(stand.get(path, {{"authorization", "Basic secret"}})) == 401);
    CHECK(status_of(stand.get(path, {{"authorization", "bearer secret"}})) != 401);
  }
}

TEST_CASE("pages of other origins can't make the server do anything") {
  ServerStand stand;
  const auto post = [&stand](std::string origin) {
    return status_of(stand.serve(ServerStand::request(
        "POST", "/chat/message", {{"content-type", "application/json"}, {"origin", origin}},
        R"({"text":"hello"})")));
  };
  CHECK(post("https://evil.example") == 403);
  CHECK(post("null") == 403);
  CHECK(post("http://localhost:7860") == 200);
}

TEST_CASE("a page that has its own name resolve to this machine can't talk to an open loopback") {
  const ServerStand::Headers rebound{{"host", "evil.example:7860"},
                                     {"origin", "http://evil.example:7860"},
                                     {"content-type", "application/json"}};
  const auto post = [&rebound](ServerOptions options) {
    ServerStand stand(std::move(options));
    return stand.serve(
        ServerStand::request("POST", "/chat/message", rebound, R"({"text":"hello"})"));
  };
  const auto upgrade = [&rebound](ServerOptions options, std::string path) {
    ServerStand stand(std::move(options));
    return stand.app->upgrade(ServerStand::request("GET", std::move(path), rebound)).refusal.status;
  };
  const FakeAnswer refused = post({});
  CHECK(status_of(refused) == 403);
  CHECK_THAT(refused.response.body, Contains("evil.example:7860") && Contains("cors"));
  CHECK(upgrade({}, "/ws") == 403);
  CHECK(upgrade({}, "/api/v1/ws/stream") == 403);
  ServerStand stand;
  CHECK(status_of(stand.get("/voice/config", {{"host", "evil.example"}})) == 403);  // no origin
  CHECK(status_of(stand.get("/health", {{"host", "evil.example"}})) == 200);
  ServerOptions listed;
  listed.cors.origins = {"http://evil.example:7860"};
  CHECK(status_of(post(listed)) == 200);
  ServerOptions open;  // whoever serves everybody on purpose may have any name
  open.host = "0.0.0.0";
  open.auth.allow_open = true;
  CHECK(status_of(post(open)) == 200);
}

TEST_CASE("an address that asks too much waits, but may still see how the server is") {
  ServerOptions options;
  options.http.rate_limit = 1;
  options.http.rate_burst = 2;
  ServerStand stand(options);
  CHECK(status_of(stand.get("/voice/status")) == 200);
  CHECK(status_of(stand.serve(ServerStand::request("POST", "/nothing"))) == 404);
  const FakeAnswer refused = stand.get("/voice/status");
  CHECK(status_of(refused) == 429);
  CHECK(refused.response.headers.get("ratelimit-limit") == "2");
  CHECK(refused.response.headers.get("ratelimit-remaining") == "0");
  CHECK(std::stoi(std::string(refused.response.headers.get("retry-after"))) > 0);
  for (int i = 0; i < 10; ++i) CHECK(status_of(stand.get("/health")) == 200);
  for (int i = 0; i < 10; ++i) CHECK(status_of(stand.get("/index.html")) == 200);
}

TEST_CASE("paths where nothing is count for the rate, files don't") {
  ServerOptions options;
  options.http.rate_limit = 1;
  options.http.rate_burst = 2;
  ServerStand stand(options);
  for (const std::string method : {"GET", "HEAD"}) {
    const FakeAnswer missing = stand.serve(ServerStand::request(method, "/no-such-file"));
    CHECK(status_of(missing) == 404);
    CHECK(missing.response.headers.get("ratelimit-limit") == "2");
  }
  const FakeAnswer refused = stand.get("/no-such-file");
  CHECK(status_of(refused) == 429);
  CHECK(refused.response.headers.has("retry-after"));
  const FakeAnswer file = stand.get("/index.html");
  CHECK(status_of(file) == 200);
  CHECK_FALSE(file.response.headers.has("ratelimit-limit"));
}

TEST_CASE("a WebSocket needs its path, a room, a page of ours and its token") {
  ServerStand stand(with_token());
  const auto upgrade = [&stand](std::string path, ServerStand::Headers headers) {
    const net::UpgradeAnswer answer =
        stand.app->upgrade(ServerStand::request("GET", std::move(path), headers));
    return answer.handler != nullptr ? 101 : answer.refusal.status;
  };
  CHECK(upgrade("/nothing", {}) == 404);
  CHECK(upgrade("/ws", {}) == 401);
  CHECK(upgrade("/ws", {{"authorization", "Bearer secret"}}) == 101);
  CHECK(upgrade("/api/v1/ws/stream", {}) == 101);  // the token may come with `start`
  CHECK(upgrade("/api/v1/ws/stream", {{"authorization", "Bearer wrong"}}) == 401);
  CHECK(upgrade("/api/v1/ws/stream", {{"origin", "https://evil.example"}}) == 403);
  stand.host->begin_drain();
  CHECK(upgrade("/api/v1/ws/stream", {}) == 503);
}

TEST_CASE("one address holds a quarter of what all may, and its largest message always") {
  ServerOptions options;
  options.http.max_body_bytes = 3'000;
  options.web_socket.max_message_bytes = 10'000;
  options.max_incoming_bytes = 100'000;
  ServerStand stand(options);
  CHECK(stand.host->incoming()->take("192.0.2.1", 25'000));
  CHECK_FALSE(stand.host->incoming()->take("192.0.2.1", 1));
  CHECK(stand.host->incoming()->take("192.0.2.2", 25'000));
  options.web_socket.max_message_bytes = 20'000;
  ServerStand large(options);
  CHECK(large.host->incoming()->take("192.0.2.1", 40'000));  // in parts and being read
  CHECK_FALSE(large.host->incoming()->take("192.0.2.1", 1));
}

TEST_CASE("a stream's messages are short, those of /ws as long as the server takes") {
  ServerStand stand;
  const auto most = [&stand](std::string path) {
    return stand.app->upgrade(ServerStand::request("GET", std::move(path))).max_message_bytes;
  };
  CHECK(most("/api/v1/ws/stream") == 64 * 1024);
  CHECK(most("/ws") == 0);
}

TEST_CASE("whoever asks a WebSocket without an upgrade is told so") {
  ServerStand stand;
  for (const std::string path : {"/ws", "/api/v1/ws", "/api/v1/ws/stream"}) {
    const FakeAnswer answer = stand.get(path);
    CHECK(status_of(answer) == 426);
    CHECK(answer.response.headers.get("upgrade") == "websocket");
  }
}

TEST_CASE("a stream's subprotocol is confirmed when it is offered") {
  ServerStand stand;
  const auto subprotocol = [&stand](std::string offered) {
    return stand.app
        ->upgrade(ServerStand::request("GET", "/api/v1/ws/stream",
                                       {{"sec-websocket-protocol", std::move(offered)}}))
        .subprotocol;
  };
  CHECK(subprotocol("voiceagent.v1") == "voiceagent.v1");
  CHECK(subprotocol("other, voiceagent.v1") == "voiceagent.v1");
  CHECK(subprotocol("other").empty());
}

TEST_CASE("what the net layer refuses is a problem too") {
  ServerStand stand;
  const net::HttpResponse response =
      stand.app->refuse(413, "the body is too long", ServerStand::request("POST", "/voice/tts"));
  CHECK(response.status == 413);
  CHECK(response.headers.get("content-type") == "application/problem+json");
  CHECK_THAT(response.body, Contains("the body is too long") && Contains("too_large"));
}

TEST_CASE("who is refused for want of room is told when to come again, and nothing of the rate") {
  ServerStand stand;
  for (const int status : {503, 429}) {  // too many connections: of all, of one address
    CAPTURE(status);
    const net::HttpHeaders headers =
        stand.app->refuse(status, "no room", ServerStand::request("GET", "/voice/status")).headers;
    CHECK(headers.get("retry-after") == "1");
    CHECK_FALSE(headers.has("ratelimit-limit"));
  }
  CHECK_FALSE(stand.app->refuse(431, "too large", ServerStand::request("GET", "/"))
                  .headers.has("retry-after"));
  stand.host->begin_drain();
  const net::UpgradeAnswer draining =
      stand.app->upgrade(ServerStand::request("GET", "/api/v1/ws/stream"));
  CHECK(draining.refusal.status == 503);
  CHECK(draining.refusal.headers.get("retry-after") == "1");
}

TEST_CASE("a WebSocket beyond the rate is told when to come again") {
  ServerOptions options;
  options.http.rate_limit = 1;
  options.http.rate_burst = 1;
  ServerStand stand(options);
  CHECK(stand.app->upgrade(ServerStand::request("GET", "/ws")).handler != nullptr);
  const net::HttpHeaders headers =
      stand.app->upgrade(ServerStand::request("GET", "/ws")).refusal.headers;
  CHECK(std::stoi(std::string(headers.get("retry-after"))) >= 1);
  CHECK(headers.get("ratelimit-remaining") == "0");
}

TEST_CASE("what the operator and the client want is in the choice of transport") {
  ServerOptions options;
  options.preferred_transport = PreferredTransport::kWebRtc;
  ServerStand stand(options);
  const auto choice = [&stand](std::string query, ServerStand::Headers headers) {
    return json_of(stand.get("/voice/config" + query, headers))["transport"];
  };
  const Json browser = choice("", {{"user-agent", "Mozilla/5.0"}});
  CHECK(browser["name"].string() == "websocket");
  CHECK_THAT(std::string(browser["notice"].string()),
             Contains("'webrtc' was asked for by PREFERRED_TRANSPORT"));
  CHECK(choice("?transport=json", {{"x-transport-preference", "websocket"}})["name"].string() ==
        "json");
  CHECK(stand.app->services()
            .select(ServerStand::request("GET", "/api/v1/ws/stream"), "/api/v1/ws/stream")
            .notice.starts_with("'webrtc' was asked for by PREFERRED_TRANSPORT"));
}
