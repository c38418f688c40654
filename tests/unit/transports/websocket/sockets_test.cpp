// Both endpoints over real sockets and loops with threads of their own.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/base64.h"
#include "support/catch.h"
#include "support/fake_host.h"
#include "support/raw_client.h"
#include "support/session_rig.h"
#include "support/web_app.h"
#include "transports/websocket/handlers.h"
#include "unit/transports/dialogue/dialogue_rig.h"
#include "voiceagent/json.h"

namespace voiceagent::test {
namespace {

// A server with two loops, over which its connections are spread.
class Server {
 public:
  explicit Server(AgentOptions agent)
      : app_(std::make_shared<WebApp>()), server_(app_, with_long_messages(), 2) {
    std::vector<std::shared_ptr<Executor>> executors(server_.loops().begin(),
                                                     server_.loops().end());
    host = std::make_shared<FakeHost>(std::move(executors), std::move(agent));
    auto made = host->engine().make_agent(transports::utterance_agent_options(host->agent()));
    if (!made.ok()) throw std::runtime_error(made.status().to_string());
    host->dialogue_service = transports::Dialogues::create(*host, std::move(*made));
    app_->on_upgrade = [this](const net::HttpRequest& request) {
      net::UpgradeAnswer answer;
      if (request.path == "/ws") {
        answer.handler = transports::make_json_handler(host, {"json", "", ""});
      } else {
        answer.handler = transports::make_stream_handler(host, {"websocket", "its path", ""});
        answer.max_message_bytes = transports::kMaxStreamMessage;
      }
      return answer;
    };
  }
  ~Server() {
    host->is_draining = true;
    host->dialogue_service->close();
    host->sessions().end_all(CloseReason::kHost);
    server_->close(std::chrono::seconds(2));
    app_->on_upgrade = {};
  }
  int port() const { return server_.port(); }

  std::shared_ptr<FakeHost> host;

 private:
  static net::HttpServerOptions with_long_messages() {
    net::HttpServerOptions options;
    options.web_socket.max_message_bytes = std::size_t{8} << 20;
    return options;
  }

  std::shared_ptr<WebApp> app_;
  WebServer server_;
};

class Client {
 public:
  Client(const Server& server, std::string_view path) : client_(server.port()) {
    client_.upgrade(path);
  }
  void text(std::string_view message) { CHECK(client_.send(RawClient::frame(0x81, message))); }
  void binary(std::string_view message) { CHECK(client_.send(RawClient::frame(0x82, message))); }
  // The next text of that type; null when the connection ends before.
  Json wait(std::string_view type, std::string_view state = {}) {
    for (auto frame = client_.receive_frame(); frame.kind != 0; frame = client_.receive_frame()) {
      if (frame.kind == 0x82) ++frames;
      if (frame.kind == 0x88) {
        close_code = frame.close_code();
        (void)client_.send(RawClient::frame(0x88, frame.payload.substr(0, 2)));
      }
      if (frame.kind != 0x81) continue;
      const Result<Json> json = Json::parse(frame.payload);
      if (!json.ok()) throw std::runtime_error("not JSON: " + frame.payload);
      const bool fits = state.empty() || (*json)["state"].string() == state;
      if ((*json)["type"].string() == type && fits) return *json;
    }
    return {};
  }

  int frames = 0;      // of audio
  int close_code = 0;  // from the server

 private:
  RawClient client_;
};

}  // namespace

TEST_CASE("sockets: a streaming conversation from start to end") {
  Server server(scripted_agent("Yes."));
  Client client(server, "/api/v1/ws/stream");
  client.text(R"({"type":"start"})");
  CHECK(client.wait("started")["transport"]["reason"].string() == "its path");
  client.text(R"({"type":"text","text":"hello"})");
  CHECK(client.wait("speaking", "finished")["heard"].string() == "Yes.");
  CHECK(client.frames == 12);  // four characters of 60 ms
  client.text(R"({"type":"end"})");
  CHECK(client.wait("closed")["reason"].string() == "user");
  CHECK(client.wait("anything").is_null());
  CHECK(client.close_code == 1000);
}

TEST_CASE("sockets: a session goes from connection to connection, over all loops") {
  Server server(scripted_agent("Yes."));
  auto client = std::make_unique<Client>(server, "/api/v1/ws/stream");
  client->text(R"({"type":"start"})");
  const std::string id(client->wait("started")["session_id"].string());
  for (int round = 0; round < 6; ++round) {
    auto next = std::make_unique<Client>(server, "/api/v1/ws/stream");
    // The old connection goes on talking, until it notices.
    for (int i = 0; i < 20; ++i) client->binary(std::string(640, '\0'));
    next->text(R"({"type":"start","session_id":")" + id + "\"}");
    const Json started = next->wait("started");
    REQUIRE(started["resumed"].boolean());
    CHECK(started["context"].size() == static_cast<std::size_t>(2 * round));
    CHECK(client->wait("nothing more").is_null());
    CHECK(client->close_code == 4001);
    for (int i = 0; i < 20; ++i) next->binary(std::string(640, '\0'));
    next->text(R"({"type":"text","text":"hello"})");
    CHECK(next->wait("speaking", "finished")["heard"].string() == "Yes.");
    client = std::move(next);
  }
  CHECK(server.host->sessions().size() == 1);
}

TEST_CASE("sockets: connections that are lost and come back while others talk") {
  Server server(scripted_agent("Yes, I think so."));
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<std::string> ids;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<Client>(server, "/api/v1/ws/stream"));
    clients.back()->text(R"({"type":"start"})");
    ids.emplace_back(clients.back()->wait("started")["session_id"].string());
    clients.back()->text(R"({"type":"text","text":"hello"})");
  }
  for (auto& client : clients) CHECK_FALSE(client->wait("speaking", "started").is_null());
  for (std::size_t i = 0; i < clients.size(); i += 2) {
    clients[i].reset();
    clients[i] = std::make_unique<Client>(server, "/api/v1/ws/stream");
    clients[i]->text(R"({"type":"start","session_id":")" + ids[i] + "\"}");
    CHECK(clients[i]->wait("started")["resumed"].boolean());
    clients[i]->text(R"({"type":"text","text":"again"})");
  }
  for (auto& client : clients) {
    CHECK(client->wait("speaking", "finished")["heard"].string() == "Yes, I think so.");
  }
}

TEST_CASE("sockets: a shut-down says goodbye to everybody") {
  auto server = std::make_unique<Server>(scripted_agent("Yes."));
  Client client(*server, "/api/v1/ws/stream");
  client.text(R"({"type":"start"})");
  CHECK_FALSE(client.wait("started").is_null());
  server.reset();
  CHECK_FALSE(client.wait("closed").is_null());
  CHECK(client.wait("anything").is_null());
  CHECK(client.close_code == 1001);
}

TEST_CASE("sockets: requests of the JSON protocol, from several connections at once") {
  Server server(echo_agent());
  std::vector<std::unique_ptr<Client>> clients;
  std::string audio = R"({"type":"audio","audio_data":")";
  const Pcm speech = sim::speak("what time is it");
  base64_encode(std::as_bytes(std::span(speech.samples)), audio);
  audio += "\"}";
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<Client>(server, "/ws"));
    clients.back()->text(audio);
    clients.back()->text(R"({"type":"text","text":"and you"})");
  }
  for (auto& client : clients) {
    CHECK(client->wait("audio_response")["transcribed_text"].string() == "what time is it");
    CHECK(client->wait("text_response")["response"].string() == "You said and you.");
  }
}

TEST_CASE("sockets: a message that is too long closes with 1009, others don't notice") {
  Server server(echo_agent());
  Client other(server, "/ws");
  Client client(server, "/ws");
  client.text(std::string(9 << 20, ' '));
  CHECK(client.wait("anything").is_null());
  CHECK(client.close_code == 1009);
  other.text(R"({"type":"ping"})");
  CHECK_FALSE(other.wait("pong").is_null());
}

TEST_CASE("sockets: a stream's message may have 64 KB, before and after `start`") {
  Server server(scripted_agent("Yes."));
  const std::string one_too_many(transports::kMaxStreamMessage + 1, ' ');
  Client early(server, "/api/v1/ws/stream");
  early.text(one_too_many);
  CHECK(early.wait("error").is_null());
  CHECK(early.close_code == 1009);
  Client client(server, "/api/v1/ws/stream");
  client.text(R"({"type":"start"})");
  CHECK_FALSE(client.wait("started").is_null());
  client.binary(one_too_many.substr(1));
  client.text(R"({"type":"ping"})");
  CHECK_FALSE(client.wait("pong").is_null());
  client.binary(one_too_many);
  CHECK(client.wait("error").is_null());
  CHECK(client.close_code == 1009);
}

}  // namespace voiceagent::test
