// A server that is stopped while something goes on.
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "support/catch.h"
#include "support/gate.h"
#include "support/raw_client.h"
#include "support/session_rig.h"
#include "support/temp_dir.h"
#include "voiceagent/server.h"

using namespace voiceagent;
using namespace voiceagent::test;
using Catch::Matchers::Contains;

namespace {

class Lines final : public Logger {
 public:
  bool wants(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view, std::string_view message) override {
    const std::lock_guard lock(mutex_);
    all_ += std::string(message) + "\n";
  }
  std::string all() const {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  mutable std::mutex mutex_;
  std::string all_;
};

// A server whose model is loaded once `go_on` is open.
struct SlowToLoad {
  SlowToLoad() {
    auto registry = std::make_shared<Registry>();
    const auto make = [this](const Options&,
                             const ProviderContext&) -> Result<std::shared_ptr<LlmProvider>> {
      begun.open();
      (void)go_on.wait();
      return sim::scripted_llm(sim::fixed_reply("Yes.", 10ms));
    };
    registry->add({"slow", "", {}}, ProviderFactory<LlmProvider>(make));
    options.port = 0;
    options.logger = lines;
    options.registry = registry;
    options.agent = scripted_agent("");
    options.agent.llm = {"slow", {}, nullptr};
  }

  Gate begun;
  Gate go_on;
  std::shared_ptr<Lines> lines = std::make_shared<Lines>();
  ServerOptions options;
};

// A server from which somebody downloads a large file, without having read much of it.
struct Downloading {
  static constexpr std::size_t kSize = 15'000'000;

  Downloading() {
    const std::string bytes(kSize, 'x');
    folder.write("large.bin", std::as_bytes(std::span(bytes)));
    folder.write("index.html", {});
    ServerOptions options;
    options.port = 0;
    options.logger = make_null_logger();
    options.http.web_dir = folder.path("");
    options.agent = scripted_agent("Yes.");
    server = Server::start(std::move(options)).value();
    REQUIRE(server->wait_until_ready().ok());
    client.emplace(server->port(), false, 4096);
    REQUIRE(client->send("GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    CHECK(client->receive_answer(true).status == 200);
  }

  const TempDir folder;
  std::shared_ptr<Server> server;
  std::optional<RawClient> client;
};

}  // namespace

TEST_CASE("stopping waits for what is being downloaded and uploaded") {
  Downloading downloading;
  const auto& server = downloading.server;
  RawClient upload(server->port());
  const std::string message = R"({"text":"hello"})";
  REQUIRE(
      upload.send("POST /chat/message HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                  "Content-Type: application/json\r\nContent-Length: " +
                  std::to_string(message.size()) + "\r\n\r\n"));
  CHECK(upload.receive_until("\r\n\r\n").starts_with("HTTP/1.1 100 "));
  server->drain(1h);
  auto stopped = std::async(std::launch::async, [&server] { return server->wait(); });
  CHECK(stopped.wait_for(1s) == std::future_status::timeout);
  REQUIRE(upload.send(message));
  CHECK_THAT(upload.receive_answer().body, Contains("Yes."));
  CHECK(downloading.client->receive_exactly(Downloading::kSize).size() == Downloading::kSize);
  CHECK(stopped.get().ok());
  CHECK(server->stop() == 0);
}

TEST_CASE("a client that doesn't read its answer is not waited for when the time is up") {
  const Downloading downloading;
  downloading.server->drain(50ms);
  CHECK(downloading.server->wait().ok());
  CHECK(downloading.server->stop() == 1);
}

TEST_CASE("a server whose folder has no page doesn't start, and says why") {
  const TempDir folder;
  ServerOptions options;
  options.port = 0;
  options.logger = make_null_logger();
  options.agent = scripted_agent("Yes.");
  for (const std::string& name : {folder.path(""), folder.path("missing")}) {
    options.http.web_dir = name;
    const auto server = Server::start(options);
    REQUIRE_FALSE(server.ok());
    CHECK(server.status().code() == ErrorCode::kNotFound);
    CHECK_THAT(server.status().message(), Contains(name) && Contains("index.html"));
  }
}

TEST_CASE("a server says that it is ready once its agent is there") {
  SlowToLoad slow;
  const auto server = Server::start(slow.options).value();
  REQUIRE(slow.begun.wait());
  CHECK(server->loading());
  slow.go_on.open();
  CHECK(server->wait_until_ready().ok());
  CHECK_FALSE(server->loading());
  server->stop();
  CHECK_THAT(slow.lines->all(), Contains("\nready\nstopping\nstopped\n"));
}

TEST_CASE("a server that is stopped while its agent is being loaded is never ready") {
  SlowToLoad slow;
  {
    const auto server = Server::start(slow.options).value();
    REQUIRE(slow.begun.wait());
    server->drain(Duration(0));
    CHECK(server->wait().ok());
    CHECK(server->loading());
    slow.go_on.open();
  }
  CHECK_THAT(slow.lines->all(), Contains("stopping\nstopped\n") && !Contains("ready"));
}

TEST_CASE("stopping waits for the agent's loading as for what else is going on") {
  SlowToLoad slow;
  const auto server = Server::start(slow.options).value();
  REQUIRE(slow.begun.wait());
  server->drain(1h);
  slow.go_on.open();
  CHECK(server->wait().ok());
  CHECK_FALSE(server->loading());
  CHECK_THAT(slow.lines->all(), !Contains("ready"));
}
