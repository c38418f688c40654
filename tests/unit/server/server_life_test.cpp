// A server that is stopped while its agent is being loaded.
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "support/catch.h"
#include "support/gate.h"
#include "support/session_rig.h"
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

}  // namespace

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
