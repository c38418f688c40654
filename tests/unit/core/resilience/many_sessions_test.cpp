// One provider fails while many sessions talk: they share what is known of it, and all are
// answered.
#include <memory>
#include <string>
#include <vector>

#include "core/engine.h"
#include "support/catch.h"
#include "support/session_rig.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

constexpr std::size_t kSessions = 200;

// A model that takes no request while it is down, and has so many connections; 0: any number.
class Narrow final : public LlmProvider {
 public:
  explicit Narrow(std::size_t connections) : behind_(model(connections, pools)) {}
  Result<std::unique_ptr<LlmStream>> start(const LlmRequest& request, LlmSink& sink) override {
    ++asked;
    if (down) return unavailable("gone");
    auto stream = behind_->start(request, sink);
    if (stream.ok()) ++served;
    return stream;
  }

  bool down = false;
  int asked = 0;
  int served = 0;
  const std::shared_ptr<PoolBoard> pools = std::make_shared<PoolBoard>();

 private:
  static std::shared_ptr<LlmProvider> model(std::size_t connections,
                                            const std::shared_ptr<PoolBoard>& pools) {
    sim::LlmDelivery delivery;
    delivery.pool.maximum = connections;
    delivery.pool.board = pools;
    return sim::scripted_llm(sim::fixed_reply("first", 200ms), delivery);
  }

  const std::shared_ptr<LlmProvider> behind_;
};

// Sessions that type and are answered aloud, by the model `first` or by a second one.
class Crowd {
 public:
  explicit Crowd(ResilienceOptions resilience, std::size_t connections = 0)
      : first(std::make_shared<Narrow>(connections)) {
    EngineOptions options;
    options.executors = {time};
    options.workers = time->workers();
    options.logger = make_null_logger();
    options.registry = std::make_shared<Registry>();
    engine_ = *make_engine(std::move(options));
    AgentOptions agent = scripted_agent("unused");
    agent.mode = Mode::kTextToVoice;
    agent.llm = {"first", {}, first};
    agent.llm.fallbacks = {{"second", {}, sim::scripted_llm(sim::fixed_reply("second", 200ms))}};
    agent.resilience = std::move(resilience);
    agent.resilience.apology.clear();
    const auto made = *engine_->make_agent(std::move(agent));
    for (std::size_t i = 0; i < kSessions; ++i) {
      sessions_.push_back(*made->open_session());
      watch(sessions_.back()->events());
    }
    time->run_for(0ms);
  }
  ~Crowd() { leave(); }

  // Each session has a turn within `spread`, one after the other; then a second passes.
  void talk(Duration spread = 2s) {
    for (const auto& session : sessions_) {
      REQUIRE(session->push_text("hello").ok());
      time->run_for(spread / kSessions);
    }
    time->run_for(1s);
    turns_ += static_cast<int>(kSessions);
  }
  bool all_were_answered() const { return heard == turns_; }
  void leave() {
    subscriptions_.clear();
    sessions_.clear();
    time->run_for(30s);
  }
  std::size_t open_sessions() const { return engine_->load().sessions; }

  const std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  const std::shared_ptr<Narrow> first;
  std::vector<std::string> breaker;  // its states, as they were told
  int heard = 0;                     // replies that were played to their end
  int errors = 0;
  Duration slowest{0};  // from a text to the first audio of its reply

 private:
  void watch(EventBus& events) {
    subscriptions_.push_back(
        events.subscribe<event::TurnMetrics>([this](const event::TurnMetrics& metrics) {
          ++heard;
          slowest = std::max(slowest, metrics.tts_first_audio);
        }));
    subscriptions_.push_back(
        events.subscribe<event::Error>([this](const event::Error&) { ++errors; }));
    subscriptions_.push_back(events.subscribe<event::BreakerChanged>(
        [this](const event::BreakerChanged& changed) { breaker.emplace_back(changed.state); }));
  }

  std::shared_ptr<Engine> engine_;
  std::vector<std::shared_ptr<Session>> sessions_;
  std::vector<Subscription> subscriptions_;
  int turns_ = 0;
};

}  // namespace

TEST_CASE("a breaker opens while 200 sessions talk: a dead model costs a handful of requests") {
  ResilienceOptions resilience;
  resilience.retries = 0;
  resilience.breaker_open = 10s;
  Crowd crowd(resilience);
  crowd.talk();
  CHECK(crowd.first->served == kSessions);
  crowd.first->down = true;
  crowd.first->asked = 0;
  crowd.talk();
  crowd.talk();
  CHECK(crowd.first->asked == 5);
  CHECK(crowd.breaker == std::vector<std::string>{"open"});
  crowd.time->run_for(10s);
  crowd.first->down = false;
  crowd.talk();
  CHECK(crowd.breaker == std::vector<std::string>{"open", "half_open", "closed"});
  crowd.first->served = 0;
  crowd.talk();
  CHECK(crowd.first->served == kSessions);
  crowd.time->run_for(5s);
  CHECK(crowd.all_were_answered());
  CHECK(crowd.errors == 0);
  CHECK(crowd.slowest <= 300ms);  // the model's 200, the voice's 20, a frame
}

TEST_CASE("a burst that exhausts a model's connections is answered by the next one, and passes") {
  ResilienceOptions resilience;
  resilience.retries = 0;
  Crowd crowd(resilience, 20);
  const auto pool = [&crowd] { return crowd.first->pools->all().at(0); };
  crowd.talk(0s);
  CHECK(crowd.first->served == 20);
  CHECK(pool().created == 20);
  CHECK(pool().idle == 20);
  REQUIRE_FALSE(crowd.breaker.empty());
  CHECK(crowd.breaker.front() == "open");
  crowd.time->run_for(10s);  // a refusal for want of room is over within five
  crowd.first->served = 0;
  crowd.talk(20s);
  CHECK(crowd.first->served == kSessions);
  crowd.time->run_for(5s);
  CHECK(crowd.all_were_answered());
  CHECK(crowd.errors == 0);
  crowd.leave();
  CHECK(crowd.open_sessions() == 0);
  CHECK(pool().in_use == 0);
  CHECK(pool().idle == 20);
}
