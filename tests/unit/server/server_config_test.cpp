#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "support/catch.h"
#include "support/temp_dir.h"
#include "unit/config/test_registry.h"
#include "voiceagent/server.h"

namespace va = voiceagent;
using Catch::Matchers::Contains;

namespace {

va::ServerOptions parsed(std::string_view toml, const va::Environment& environment = {},
                         const std::string& directory = "") {
  const auto options =
      va::parse_server_config(toml, "server.toml", directory, va::test_registry(), environment);
  INFO((options.ok() ? "" : options.status().message()));
  REQUIRE(options.ok());
  return *options;
}

std::string refused(std::string_view toml, const va::Environment& environment = {}) {
  const auto options =
      va::parse_server_config(toml, "server.toml", "", va::test_registry(), environment);
  REQUIRE_FALSE(options.ok());
  CHECK(options.status().code() == va::ErrorCode::kInvalidArgument);
  return options.status().message();
}

}  // namespace

TEST_CASE("an empty server configuration is the default server on loopback") {
  const va::ServerOptions options = parsed("");
  CHECK(options.host == "127.0.0.1");
  CHECK(options.port == 7860);
  CHECK(options.auth.token.empty());
  CHECK(options.agent.stt.name == "pocketsphinx");
}

TEST_CASE("every section of a server configuration reaches its options") {
  const va::ServerOptions options = parsed(R"(
    [server]
    host = "localhost"
    port = 0
    max_ws_connections = 7
    trusted_proxies = "10.0.0.0/8, 192.168.1.1"
    preferred_transport = "json"
    log_format = "json"
    log_level = "debug"
    enable_vad = false
    [tls]
    certificate = "c.pem"
    key = "/keys/k.pem"
    [http]
    rate_limit = 0
    clip_lifetime_ms = 60000
    [websocket]
    resume_grace_ms = 0
    [cors]
    origins = "https://a.example,http://b.example:8080"
    [auth]
    token = "secret"
    [agent]
    greeting = "Hello!"
    [limits]
    max_reply_bytes = 99
  )",
                                           {}, "/etc/va");
  CHECK(options.host == "localhost");
  CHECK(options.port == 0);
  CHECK(options.max_ws_connections == 7);
  CHECK(options.trusted_proxies == std::vector<std::string>{"10.0.0.0/8", "192.168.1.1"});
  CHECK(options.preferred_transport == va::PreferredTransport::kJson);
  CHECK(options.log_format == va::LogFormat::kJson);
  CHECK(options.log_level == va::LogLevel::kDebug);
  CHECK_FALSE(options.enable_vad);
  CHECK(options.tls.certificate == "/etc/va/c.pem");
  CHECK(options.tls.key == "/keys/k.pem");
  CHECK(options.http.rate_limit == 0);
  CHECK(options.http.clip_lifetime == std::chrono::minutes(1));
  CHECK(options.web_socket.resume_grace == va::Duration(0));
  CHECK(options.cors.origins ==
        std::vector<std::string>{"https://a.example", "http://b.example:8080"});
  CHECK(options.auth.token == "secret");
  CHECK(options.agent.greeting == "Hello!");
  CHECK(options.agent.limits.max_reply_bytes == 99);
}

TEST_CASE("the environment overrides a server's file, by the short name and by the long one") {
  const va::ServerOptions options = parsed("[server]\nport = 1\n[agent]\nvoice = 'a'\n",
                                           {{"PORT", "2"},
                                            {"VOICEAGENT_SERVER_MAX_CONNECTIONS", "5"},
                                            {"MAX_CONNECTIONS", "4"},
                                            {"ENABLE_INTERRUPTIONS", "no"},
                                            {"VOICEAGENT_AGENT_VOICE", "b"}});
  CHECK(options.port == 2);
  CHECK(options.max_connections == 5);
  CHECK_FALSE(options.enable_interruptions);
  CHECK(options.agent.voice == "b");
}

TEST_CASE("an agent's file of its own is read, and its sections can't stand beside it") {
  const va::test::TempDir folder;
  std::ofstream(folder.path("agent.toml")) << "[agent]\ngreeting = 'Good day.'\n";
  const std::string toml = "[server]\nagent = 'agent.toml'\n";
  CHECK(parsed(toml, {}, folder.path("")).agent.greeting == "Good day.");
  CHECK_THAT(refused(toml + "[turn]\n"), Contains("server.toml:3:") && Contains("agent.toml"));
}

TEST_CASE("what a server's configuration gets wrong is refused with its place, all at once") {
  const std::string message = refused(
      "[servr]\n[server]\nprt = 1\nport = 70000\nlog_level = 'loud'\n[turn]\nprerol_ms = 1\n",
      {{"MAX_WS_CONNECTIONS", "many"}, {"VOICEAGENT_SERVER_HSOT", "x"}});
  CHECK_THAT(message, Contains("server.toml:1:2: unknown section [servr]; did you mean 'server'?"));
  CHECK_THAT(message, Contains("server.toml:3:1:") && Contains("did you mean 'port'?"));
  CHECK_THAT(message, Contains("server.toml:4:8:") && Contains("65535"));
  CHECK_THAT(message, Contains("server.toml:5:13:") && Contains("debug"));
  CHECK_THAT(message, Contains("did you mean 'preroll_ms'?"));
  CHECK_THAT(message, Contains("environment variable MAX_WS_CONNECTIONS"));
  CHECK_THAT(message, Contains("VOICEAGENT_SERVER_HSOT") && Contains("VOICEAGENT_SERVER_HOST"));
}

TEST_CASE("an address that others can reach needs a token, or a word that none is meant") {
  for (const std::string host : {"0.0.0.0", "::", "192.168.0.7", "example.com",
                                 "127.example.invalid", "127.0.0.1.example", "127.0.0", ""}) {
    const std::string toml = "[server]\nhost = '" + host + "'\n";
    CHECK_THAT(refused(toml), Contains("AUTH_TOKEN") && Contains("ALLOW_OPEN"));
    CHECK(parsed(toml + "[auth]\ntoken = 'x'\n").auth.token == "x");
    CHECK(parsed(toml, {{"ALLOW_OPEN", "true"}}).auth.allow_open);
  }
  for (const std::string host : {"localhost", "127.0.0.1", "127.1.2.3", "::1"}) {
    CHECK(parsed("[server]\nhost = '" + host + "'\n").host == host);
  }
}

TEST_CASE("recordings need a folder") {
  CHECK_THAT(refused("[server]\nrecord_sessions = true\n"), Contains("DATA_DIR"));
  const auto options = parsed("[server]\nrecord_sessions = true\n", {{"DATA_DIR", "kept"}});
  CHECK(options.record_sessions);
  CHECK(options.data_dir == "kept");
}

TEST_CASE("half of a pair of TLS files, a broken origin and a token with a space are refused") {
  CHECK_THAT(refused("[tls]\nkey = 'k'\n"), Contains("certificate"));
  CHECK_THAT(refused("[cors]\norigins = 'example.com'\n"), Contains("'example.com'"));
  CHECK_THAT(refused("[cors]\norigins = 'https://a.example/path'\n"), Contains("no origin"));
  CHECK_THAT(refused("[auth]\ntoken = 'a b'\n"), Contains("visible ASCII"));
}

TEST_CASE("the server's reference has each setting with its variables") {
  const std::string text = va::server_config_reference();
  CHECK_THAT(text, Contains("| `port` | integer | `7860` | 0 to 65535 | `VOICEAGENT_SERVER_PORT`, "
                            "`PORT` |"));
  for (const char* variable :
       {"HOST", "MAX_CONNECTIONS", "MAX_WS_CONNECTIONS", "ENABLE_VAD", "ENABLE_INTERRUPTIONS",
        "PREFERRED_TRANSPORT", "DATA_DIR", "LOG_LEVEL", "LOG_FORMAT", "AUTH_TOKEN"}) {
    CHECK_THAT(text, Contains("`" + std::string(variable) + "`"));
  }
}
