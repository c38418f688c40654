// Sessions are refused while a pool that they need is overrun.
#include "core/admission/agent_pools.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/lease_pool.h"
#include "core/engine.h"
#include "support/catch.h"
#include "support/puppet_stand.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

using Lines = LeasePool<int>;

struct Caller final : Lines::Waiter {
  bool granted(Lines::Lease& offered) override {
    lease = std::move(offered);
    return true;
  }
  Lines::Lease lease;
};

PoolStatus pool(std::size_t in_use, std::size_t waiting, Duration longest_wait = {}) {
  PoolStatus status;
  status.name = "lines";
  status.in_use = in_use;
  status.maximum = 2;
  status.waiting = waiting;
  status.longest_wait = longest_wait;
  status.patience = 5s;
  return status;
}

// An engine whose recognisers "pooled" and "pooled too" share two lines, and "free" needs none.
class Stand {
 public:
  explicit Stand(bool pools = true) {
    LeasePoolOptions<int> lines;
    lines.name = "lines";
    lines.maximum = 2;
    lines.patience = 5s;
    lines.make = [] { return std::make_unique<int>(1); };
    lines.executor = time;
    pool = std::make_shared<Lines>(std::move(lines));
    auto registry = std::make_shared<Registry>();
    const auto put_up = [this](const ProviderContext& context) { context.pools->add(pool); };
    add(*registry, "pooled", put_up);
    add(*registry, "pooled too", put_up);
    add(*registry, "free", [](const ProviderContext&) {});
    EngineOptions options;
    options.executors = {time};
    options.workers = time->workers();
    options.logger = make_null_logger();
    options.registry = std::move(registry);
    options.admission.pools = pools;
    engine = *make_engine(std::move(options));
  }
  ~Stand() {
    callers.clear();
    time->run_for(30s);
  }

  std::shared_ptr<Agent> agent(Mode mode, const std::string& stt, const std::string& next = "") {
    AgentOptions options = scripted_agent("yes");
    options.mode = mode;
    options.stt = {stt, {}, nullptr};
    if (!next.empty()) options.stt.fallbacks = {{next, {}, nullptr}};
    return *engine->make_agent(std::move(options));
  }
  // So many more want a line.
  void call(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      callers.push_back(std::make_shared<Caller>());
      callers.back()->lease = pool->acquire(callers.back());
    }
  }

  const std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  std::shared_ptr<Lines> pool;
  std::vector<std::shared_ptr<Caller>> callers;
  std::shared_ptr<Engine> engine;

 private:
  template <class PutUp>
  void add(Registry& registry, std::string name, PutUp put_up) {
    registry.add(
        {std::move(name), "A recogniser.", {}},
        ProviderFactory<SttProvider>([put_up](const Options&, const ProviderContext& context)
                                         -> Result<std::shared_ptr<SttProvider>> {
          put_up(context);
          return sim::scripted_stt();
        }));
  }
};

}  // namespace

TEST_CASE("a pool is overrun once as many wait as there are, or one has waited for too long") {
  CHECK(overrun(pool(1, 0)).empty());
  CHECK(overrun(pool(2, 0)).empty());
  CHECK(overrun(pool(2, 1, 4999ms)).empty());
  CHECK(overrun(pool(2, 1, 5s)) == "all 2 lines are in use, and requests wait for too long");
  CHECK(overrun(pool(2, 2)) == "all 2 lines are in use, and 2 requests wait");
  PoolStatus impatient = pool(2, 1, 60s);
  impatient.patience = Duration(0);
  CHECK(overrun(impatient).empty());
  CHECK(overrun(PoolStatus()).empty());
}

TEST_CASE("who would wait in vain for a recogniser is refused, and let in once there is room") {
  Stand stand;
  const auto agent = stand.agent(Mode::kVoiceToVoice, "pooled");
  stand.call(3);
  CHECK(agent->check_room().ok());
  CHECK(agent->open_session().ok());
  stand.call(1);
  const Status refused = agent->open_session().status();
  CHECK(refused.code() == ErrorCode::kResourceExhausted);
  CHECK(contains(refused.message(), "all 2 lines are in use, and 2 requests wait; try again in"));
  CHECK(agent->check_room().message() == refused.message());
  CHECK(stand.engine->load().refused == 1);
  stand.callers.erase(stand.callers.begin());
  CHECK(agent->open_session().ok());
}

TEST_CASE("one who has waited for too long keeps newcomers out") {
  Stand stand;
  const auto agent = stand.agent(Mode::kVoiceToVoice, "pooled");
  stand.call(3);
  stand.time->run_for(4s);
  CHECK(agent->check_room().ok());
  stand.time->run_for(1s);
  CHECK(contains(agent->check_room().message(), "requests wait for too long"));
}

TEST_CASE("who doesn't need the pool is let in") {
  Stand stand;
  stand.call(4);
  CHECK(stand.agent(Mode::kTextToVoice, "pooled")->open_session().ok());
  CHECK(stand.agent(Mode::kVoiceToVoice, "free")->open_session().ok());
  CHECK(stand.agent(Mode::kVoiceToVoice, "pooled", "free")->open_session().ok());
  const auto agent = stand.agent(Mode::kVoiceToVoice, "pooled");
  CHECK_FALSE(agent->open_session().ok());
  SessionOptions own;
  own.providers.stt = sim::scripted_stt();
  CHECK(agent->open_session(std::move(own)).ok());
}

TEST_CASE("a fallback helps only while it has room itself") {
  Stand stand;
  stand.call(4);
  CHECK(stand.agent(Mode::kVoiceToVoice, "free", "pooled")->check_room().ok());
  CHECK_FALSE(stand.agent(Mode::kVoiceToVoice, "pooled", "pooled too")->check_room().ok());
}

TEST_CASE("the pools of all agents are shown, each of them once") {
  Stand stand;
  const auto agent = stand.agent(Mode::kVoiceToVoice, "pooled", "free");
  REQUIRE(stand.engine->pools().size() == 1);
  CHECK(stand.engine->pools()[0].name == "lines");
}

TEST_CASE("a host may let everybody in all the same") {
  Stand stand(false);
  stand.call(4);
  CHECK(stand.agent(Mode::kVoiceToVoice, "pooled")->open_session().ok());
}
