// What a session logs says to which session and request it belongs.
#include <mutex>
#include <string>
#include <vector>

#include "core/engine.h"
#include "support/catch.h"
#include "support/session_rig.h"

using namespace voiceagent;
using namespace voiceagent::test;
using Catch::Matchers::Contains;

namespace {

struct Line {
  std::string component, message, session, request;
};

class Lines final : public Logger {
 public:
  void write(LogLevel level, std::string_view component, std::string_view message) override {
    log({level, component, message, {}, {}});
  }
  void log(const LogRecord& record) override {
    const std::lock_guard lock(mutex_);
    lines_.push_back({std::string(record.component), std::string(record.message),
                      std::string(record.session), std::string(record.request)});
  }
  bool wants(LogLevel level) const override { return level >= LogLevel::kInfo; }
  std::vector<Line> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

sim::LlmDelivery dead() {
  sim::LlmDelivery delivery;
  delivery.death.how = sim::Death::How::kError;
  return delivery;
}

}  // namespace

TEST_CASE("a failover and the error at its end are logged with the session and its request") {
  const auto time = VirtualExecutor::create();
  const auto log = std::make_shared<Lines>();
  EngineOptions options;
  options.executors = {time};
  options.workers = time->workers();
  options.logger = log;
  options.registry = std::make_shared<Registry>();
  const auto engine = Engine::create(std::move(options)).value();
  AgentOptions agent = scripted_agent("never said");
  agent.llm = {"first", {}, sim::scripted_llm(sim::fixed_reply("no"), dead())};
  agent.llm.fallbacks = {{"second", {}, sim::scripted_llm(sim::fixed_reply("no"), dead())}};
  agent.resilience.retries = 0;
  SessionOptions session_options;
  session_options.id = "the-session";
  session_options.request = "the-request";
  const auto made = engine->make_agent(std::move(agent)).value();
  auto session = made->open_session(std::move(session_options)).value();
  time->run_for(1s);
  REQUIRE(session->push_text("hello").ok());
  time->run_for(1min);
  session.reset();  // closes it
  time->run_for(1s);

  const std::vector<Line> lines = log->lines();
  bool failed_over = false;
  bool gave_up = false;
  for (const Line& line : lines) {
    CAPTURE(line.component, line.message);
    if (line.component != "session") continue;
    CHECK(line.session == "the-session");
    CHECK(line.request == "the-request");
    failed_over = failed_over || line.message.starts_with("first failed, now second");
    gave_up = gave_up || line.message.find("failed, now") == std::string::npos;
  }
  CHECK(failed_over);
  CHECK(gave_up);
}
