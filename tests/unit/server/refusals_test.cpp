// A server at capacity, over real sockets: who is refused is told why and when to come back, and
// those who talk don't notice.
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/application.h"
#include "support/catch.h"
#include "support/raw_client.h"
#include "support/session_rig.h"
#include "support/web_app.h"
#include "voiceagent/json.h"

using namespace voiceagent;
using namespace voiceagent::test;
using Catch::Matchers::Contains;

namespace {

constexpr std::size_t kSessions = 2;

// A whole server on two loops whose engine takes `kSessions` sessions.
class FullStand {
 public:
  explicit FullStand(ServerOptions options = {}) {
    EngineOptions engine;
    engine.executors.assign(loops_.begin(), loops_.end());
    engine.workers = make_worker_pool(2);
    engine.logger = make_null_logger();
    engine.registry = std::make_shared<Registry>();
    engine.admission.max_sessions = kSessions;
    engine.admission.retry_after = 7s;
    server::HostParts parts;
    parts.loops = loops_;
    parts.workers = engine.workers;
    parts.logger = engine.logger;
    parts.engine = Engine::create(std::move(engine)).value();
    parts.metrics = std::make_shared<server::SessionMetrics>();
    options.http.access_log = false;
    host = std::make_shared<server::ServerHost>(options, std::move(parts));
    const auto agent = host->parts().engine->make_agent(scripted_agent("Yes."));
    REQUIRE(host->set_agent(agent.value()).ok());
    app_ = std::make_shared<server::Application>(std::move(options), host);
    http_ = net::HttpServer::start({}, loops_, app_).value();
    app_->services().http.store(http_.get());
  }
  ~FullStand() {
    host->begin_drain();
    host->end_sessions();
    http_->close(2s);
    app_->services().http.store(nullptr);
    http_.reset();
    let_pass(loops_);
  }
  int port() const { return http_->port(); }
  std::size_t sessions() const { return host->parts().engine->load().sessions; }

  std::shared_ptr<server::ServerHost> host;

 private:
  const std::vector<std::shared_ptr<net::Loop>> loops_{net::Loop::create("full-0").value(),
                                                       net::Loop::create("full-1").value()};
  std::shared_ptr<server::Application> app_;
  std::shared_ptr<net::HttpServer> http_;
};

class Client {
 public:
  Client(const FullStand& stand, std::string_view path) : client_(stand.port()) {
    status = std::stoi(client_.upgrade(path).substr(9));
  }
  void say(std::string_view message) { CHECK(client_.send(RawClient::frame(0x81, message))); }
  // The next text of that type; null when the connection ends before, and then `close_code`.
  Json wait(std::string_view type) {
    for (auto frame = client_.receive_frame(); frame.kind != 0; frame = client_.receive_frame()) {
      if (frame.kind == 0x88) {
        close_code = frame.close_code();
        return {};
      }
      if (frame.kind != 0x81) continue;
      const Json message = Json::parse(frame.payload).value();
      if (message["type"].string() == type) return message;
    }
    return {};
  }
  // Whether the agent answers a stream.
  bool is_answered() {
    say(R"({"type":"text","text":"hello"})");
    for (Json reply = wait("reply"); !reply.is_null(); reply = wait("reply")) {
      if (reply["text"].string() == "Yes.") return true;
    }
    return false;
  }

  int status = 0;
  std::string session;
  int close_code = 0;

 private:
  RawClient client_;
};

constexpr std::string_view kStream = "/api/v1/ws/stream";
constexpr std::string_view kStart = R"({"type":"start","mode":"text_to_text"})";

// Those who have all the sessions, and are answered.
std::vector<std::unique_ptr<Client>> talkers(const FullStand& stand) {
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < kSessions; ++i) {
    clients.push_back(std::make_unique<Client>(stand, kStream));
    clients.back()->say(kStart);
    clients.back()->session = clients.back()->wait("started")["session_id"].string();
    CHECK(clients.back()->is_answered());
  }
  return clients;
}

void hang_up(const FullStand& stand, std::vector<std::unique_ptr<Client>>& clients) {
  clients.back()->say(R"({"type":"end"})");
  CHECK(clients.back()->wait("anything").is_null());
  CHECK(clients.back()->close_code == 1000);
  clients.pop_back();
  while (stand.sessions() == kSessions) std::this_thread::yield();
}

}  // namespace

TEST_CASE("at capacity: a stream is refused with why and when, others talk on, room is taken") {
  const FullStand stand;
  auto clients = talkers(stand);
  Client refused(stand, kStream);
  REQUIRE(refused.status == 101);
  refused.say(kStart);
  const Json error = refused.wait("error");
  CHECK(error["code"].string() == "resource_exhausted");
  CHECK_THAT(std::string(error["message"].string()), Contains("all 2 sessions are taken"));
  CHECK(error["retry_after_ms"].integer() == 7'000);
  CHECK(error["retryable"].boolean());
  CHECK(refused.wait("started").is_null());
  CHECK(refused.close_code == 1013);
  for (const auto& client : clients) CHECK(client->is_answered());
  hang_up(stand, clients);
  Client next(stand, kStream);
  next.say(kStart);
  CHECK(next.is_answered());
}

TEST_CASE("at capacity: a request by JSON is refused with why and when, and may be sent again") {
  const FullStand stand;
  auto clients = talkers(stand);
  Client client(stand, "/ws");
  REQUIRE(client.status == 101);
  client.say(R"({"type":"text","text":"hello"})");
  const Json refused = client.wait("text_response");
  CHECK_FALSE(refused["success"].boolean());
  CHECK_THAT(std::string(refused["error"].string()), Contains("all 2 sessions are taken"));
  CHECK(refused["retry_after_ms"].integer() == 7'000);
  for (const auto& talker : clients) CHECK(talker->is_answered());
  hang_up(stand, clients);
  client.say(R"({"type":"text","text":"hello"})");
  const Json answer = client.wait("text_response");
  CHECK(answer["success"].boolean());
  CHECK(answer["retry_after_ms"].is_null());
}

TEST_CASE("at capacity: who lost the connection takes the session up again") {
  const FullStand stand;
  auto clients = talkers(stand);
  const std::string id = clients.back()->session;
  clients.pop_back();
  CHECK(stand.host->readiness().code() == ErrorCode::kResourceExhausted);
  Client back(stand, kStream);
  REQUIRE(back.status == 101);
  back.say(R"({"type":"start","session_id":")" + id + "\"}");
  CHECK(back.wait("started")["resumed"].boolean());
  CHECK(back.is_answered());
}
