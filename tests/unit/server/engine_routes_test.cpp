// What the server shows of its engine, and how it refuses what the engine refuses.
#include <memory>
#include <string>

#include "base/lease_pool.h"
#include "support/catch.h"
#include "unit/server/server_stand.h"

using namespace voiceagent;
using namespace voiceagent::test;
using Catch::Matchers::Contains;
using namespace std::chrono_literals;

namespace {

using Numbers = LeasePool<int>;

struct Patient final : Numbers::Waiter {
  Numbers::Lease lease;
  bool granted(Numbers::Lease& offered) override {
    lease = std::move(offered);
    return true;
  }
};

// An engine whose recogniser "pooled" has a pool of one number.
struct PooledStand {
  PooledStand() {
    LeasePoolOptions<int> options;
    options.name = "numbers";
    options.make = [] { return std::make_unique<int>(1); };
    options.executor = time;
    pool = std::make_shared<Numbers>(std::move(options));
    const auto registry = std::make_shared<Registry>();
    registry->add(
        {"pooled", "A recogniser with a pool.", {}},
        ProviderFactory<SttProvider>([this](const Options&, const ProviderContext& context)
                                         -> Result<std::shared_ptr<SttProvider>> {
          context.pools->add(pool);
          return sim::scripted_stt();
        }));
    EngineOptions engine;
    engine.registry = registry;
    stand = std::make_unique<ServerStand>(ServerOptions(), true, std::move(engine));
    AgentOptions with_pool;
    with_pool.stt.name = "pooled";
    with_pool.llm.instance = sim::scripted_llm(sim::fixed_reply("yes"));
    with_pool.tts.instance = sim::scripted_tts();
    with_pool.vad.instance = sim::level_vad();
    const auto made = stand->host->parts().engine->make_agent(std::move(with_pool));
    REQUIRE(made.ok());
    agent = *made;
  }

  const std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  std::shared_ptr<Numbers> pool;
  std::unique_ptr<ServerStand> stand;
  std::shared_ptr<Agent> agent;
};

}  // namespace

TEST_CASE("pools are shown: what is lent and idle, who waits, and for how long") {
  PooledStand pooled;
  const auto first = std::make_shared<Patient>();
  const auto second = std::make_shared<Patient>();
  first->lease = pooled.pool->acquire(first);
  REQUIRE(first->lease.make().ok());
  (void)pooled.pool->acquire(second);
  const Json waiting = json_of(pooled.stand->get("/voice/status"))["pools"].at(0);
  CHECK(waiting["name"].string() == "numbers");
  CHECK(waiting["in_use"].integer() == 1);
  CHECK(waiting["maximum"].integer() == 1);
  CHECK(waiting["waiting"].integer() == 1);
  CHECK(waiting["created"].integer() == 1);
  pooled.time->run_for(250ms);
  first->lease.give_back();
  second->lease.give_back();
  const Json idle = json_of(pooled.stand->get("/voice/status"))["pools"].at(0);
  CHECK(idle["in_use"].integer() == 0);
  CHECK(idle["idle"].integer() == 1);
  CHECK(idle["waits"].integer() == 1);
  CHECK(idle["wait_p50_ms"].number() == 250);
  const std::string text = pooled.stand->get("/metrics").response.body;
  CHECK_THAT(text, Contains("voiceagent_pool_items{pool=\"numbers\",state=\"in_use\"} 0"));
  CHECK_THAT(text, Contains("voiceagent_pool_items{pool=\"numbers\",state=\"idle\"} 1"));
  CHECK_THAT(text, Contains("voiceagent_pool_items_total{pool=\"numbers\",result=\"created\"} 1"));
  CHECK_THAT(text, Contains("voiceagent_pool_items_total{pool=\"numbers\",result=\"failed\"} 0"));
  CHECK_THAT(text, Contains("voiceagent_pool_waits_total{pool=\"numbers\"} 1"));
  CHECK_THAT(text,
             Contains("voiceagent_pool_wait_seconds{pool=\"numbers\",quantile=\"0.99\"} 0.25"));
}

TEST_CASE("pools of one name are one in the metrics, since two lines of one name are an error") {
  PooledStand pooled;
  LeasePoolOptions<int> options;
  options.name = "numbers";
  options.make = [] { return std::make_unique<int>(2); };
  options.maximum = 3;
  const auto other = std::make_shared<Numbers>(std::move(options));
  const std::shared_ptr<Numbers> first = std::exchange(pooled.pool, other);
  const auto again = pooled.stand->host->parts().engine->make_agent(pooled.agent->options());
  REQUIRE(again.ok());
  CHECK(json_of(pooled.stand->get("/voice/status"))["pools"].size() == 2);
  const std::string text = pooled.stand->get("/metrics").response.body;
  CHECK_THAT(text, Contains("voiceagent_pool_maximum{pool=\"numbers\"} 4"));
}

TEST_CASE("a session that the engine refuses is answered with 503 and Retry-After, and counted") {
  EngineOptions engine;
  std::string busy = "no decoder is free";
  engine.admission.busy = [&busy] { return busy; };
  ServerStand stand({}, true, std::move(engine));
  const FakeAnswer refused = stand.post_json("/chat/message", R"({"text":"hello"})");
  CHECK(refused.response.status == 503);
  CHECK(refused.response.headers.get("retry-after") == "1");
  CHECK_THAT(refused.response.body, Contains("no decoder is free"));
  busy.clear();
  CHECK(stand.post_json("/chat/message", R"({"text":"hello"})").response.status == 200);
  const Json load = json_of(stand.get("/voice/status"))["engine"];
  CHECK(load["refused"].integer() == 1);
  CHECK(load["admitted"].integer() == 1);
  const std::string text = stand.get("/metrics").response.body;
  CHECK_THAT(text, Contains("voiceagent_engine_admissions_total{result=\"refused\"} 1"));
}

TEST_CASE("a server whose loops are late is ready while few talk, and not when more do") {
  ServerOptions options;
  options.min_sessions = 2;
  ServerStand stand(options);
  stand.loop->late = 10min;
  const transports::Admission first = stand.host->admit({"a", false});
  CHECK(first.slot != nullptr);
  CHECK(stand.get("/ready").response.status == 200);
  const transports::Admission second = stand.host->admit({"b", false});
  CHECK(second.slot != nullptr);
  const FakeAnswer refused = stand.get("/ready");
  CHECK(refused.response.status == 503);
  CHECK(refused.response.headers.get("retry-after") == "1");
  CHECK_THAT(refused.response.body, Contains("the server is busy"));
  CHECK(stand.host->admit({"c", false}).refusal.code() == ErrorCode::kResourceExhausted);
  stand.loop->late = 99ms;
  CHECK(stand.get("/ready").response.status == 200);
}

TEST_CASE("a server is ready when the engine of its agent has room") {
  EngineOptions engine;
  std::string busy = "no decoder is free";
  engine.admission.busy = [&busy] { return busy; };
  ServerStand stand({}, true, std::move(engine));
  CHECK(stand.get("/ready").response.status == 503);
  const Json status = json_of(stand.get("/voice/status"));
  CHECK_THAT(std::string(status["reason"].string()), Contains("no decoder is free"));
  busy.clear();
  CHECK(stand.get("/ready").response.status == 200);
  CHECK(stand.host->parts().engine->load().refused == 0);
}

TEST_CASE("what sessions do without is shown") {
  EngineOptions engine;
  Duration late{0};
  engine.admission.max_lateness = 100ms;
  engine.admission.lateness = [&late] { return late; };
  ServerStand stand({}, true, std::move(engine));
  const auto shedding = [&stand] {
    return std::string(json_of(stand.get("/voice/status"))["engine"]["shedding"].string());
  };
  CHECK(shedding() == "nothing");
  late = 50ms;
  CHECK(shedding() == "metrics");
  late = 75ms;
  CHECK(shedding() == "partials");
  late = 200ms;
  CHECK(shedding() == "preparation");
  const std::string text = stand.get("/metrics").response.body;
  CHECK_THAT(text, Contains("voiceagent_engine_shedding 3"));
  CHECK_THAT(text, Contains("voiceagent_engine_lateness_seconds 0.2"));
}

TEST_CASE("failovers, breakers and delays are counted by provider") {
  ServerStand stand({}, false);
  AgentOptions agent;
  sim::LlmDelivery dead;
  dead.death.how = sim::Death::How::kError;
  agent.stt.instance = sim::scripted_stt();
  agent.tts.instance = sim::scripted_tts();
  agent.vad.instance = sim::level_vad();
  agent.llm = {"first", {}, sim::scripted_llm(sim::fixed_reply("no"), dead)};
  agent.llm.fallbacks = {{"second", {}, sim::scripted_llm(sim::fixed_reply("the reply", 4s))}};
  agent.resilience.retries = 0;
  agent.resilience.breaker_failures = 1;
  agent.resilience.first_token = 6s;
  const auto made = stand.host->parts().engine->make_agent(std::move(agent));
  REQUIRE(made.ok());
  REQUIRE(stand.host->set_agent(*made).ok());
  const Json answer = json_of(stand.post_json("/chat/message", R"({"text":"hello"})"));
  CHECK(answer["response"].string() == "the reply");
  const std::string text = stand.get("/metrics").response.body;
  CHECK_THAT(text, Contains("voiceagent_failovers_total{stage=\"llm\",from=\"first\","
                            "to=\"second\",code=\"unavailable\"} 1"));
  CHECK_THAT(text, Contains("voiceagent_breaker_changes_total{stage=\"llm\",provider=\"first\","
                            "state=\"open\"} 1"));
  CHECK_THAT(text, Contains("voiceagent_stage_delays_total{stage=\"llm\",provider=\"second\"} 1"));
}

TEST_CASE("the health of the voice is that of its providers: by chain, as the breakers have it") {
  ServerStand stand({}, false);
  sim::LlmDelivery dead;
  dead.death.how = sim::Death::How::kError;
  AgentOptions agent;
  agent.stt = {"ears", {}, sim::scripted_stt()};
  agent.tts = {"voice", {}, sim::scripted_tts()};
  agent.vad.instance = sim::level_vad();
  agent.llm = {"first", {}, sim::scripted_llm(sim::fixed_reply("no"), dead)};
  dead.death.streams = 1;
  agent.llm.fallbacks = {{"second", {}, sim::scripted_llm(sim::fixed_reply("the reply"), dead)}};
  agent.resilience.retries = 0;
  agent.resilience.breaker_failures = 1;
  agent.resilience.breaker_open = 5min;
  const auto made = stand.host->parts().engine->make_agent(std::move(agent));
  REQUIRE(made.ok());
  REQUIRE(stand.host->set_agent(*made).ok());
  const auto health = [&stand] { return json_of(stand.get("/voice/health")); };
  const Json before = health();
  CHECK(before["status"].string() == "ok");
  CHECK(before["providers"]["llm"]["status"].string() == "ok");
  CHECK(before["providers"]["stt"]["provider"].string() == "ears");

  stand.post_json("/chat/message", R"({"text":"hello"})");  // both fail
  const Json after = health();
  CHECK(after["status"].string() == "unavailable");
  CHECK(after["providers"]["llm"]["provider"].string() == "first");
  CHECK(after["providers"]["llm"]["status"].string() == "unavailable");
  CHECK(after["providers"]["tts"]["status"].string() == "ok");

  stand.time->run_for(6min);
  stand.post_json("/chat/message", R"({"text":"hello"})");  // the second one works again
  const Json later = health();
  CHECK(later["status"].string() == "degraded");
  const Json chain = later["providers"]["llm"]["chain"];
  CHECK(chain.at(0)["status"].string() == "unavailable");
  CHECK(chain.at(1)["provider"].string() == "second");
  CHECK(chain.at(1)["status"].string() == "ok");
}
