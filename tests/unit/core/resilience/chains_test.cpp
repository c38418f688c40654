// Chains as an agent's options name them.
#include <string>

#include "support/catch.h"
#include "support/puppet_stand.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

Status made(AgentOptions agent) {
  const auto time = VirtualExecutor::create();
  EngineOptions options;
  options.executors = {time};
  options.workers = time->workers();
  options.logger = make_null_logger();
  options.registry = std::make_shared<Registry>();
  return (*make_engine(std::move(options)))->make_agent(std::move(agent)).status();
}

ProviderChoice<LlmProvider> puppet(std::string name) {
  return {std::move(name), {}, std::make_shared<LlmPuppet>()};
}

}  // namespace

TEST_CASE("a chain that comes back to a provider is refused") {
  AgentOptions agent = scripted_agent("yes");
  agent.llm.fallbacks = {puppet("b"), agent.llm};
  const Status status = made(std::move(agent));
  CHECK(status.code() == ErrorCode::kInvalidArgument);
  CHECK(contains(status.message(), "llm: the chain of fallbacks comes back to 'scripted'"));
}

TEST_CASE("a fallback that names nothing, or nobody knows, is refused") {
  AgentOptions agent = scripted_agent("yes");
  SECTION("nothing") {
    agent.llm.fallbacks = {{}};
    CHECK(contains(made(agent).message(), "llm: fallback 1 names no provider"));
  }
  SECTION("unknown") {
    agent.tts.fallbacks = {{"parrot", {}, nullptr}};
    const Status status = made(agent);
    CHECK(status.code() == ErrorCode::kNotFound);
    CHECK(contains(status.message(), "parrot"));
  }
  SECTION("a first one that names nothing") {
    agent.llm = {};
    agent.llm.fallbacks = {puppet("b")};
    CHECK(contains(made(agent).message(), "no provider to begin with"));
  }
}

TEST_CASE("fallbacks of fallbacks, too many of them, and those of a detector are refused") {
  AgentOptions agent = scripted_agent("yes");
  SECTION("nested") {
    agent.llm.fallbacks = {puppet("b")};
    agent.llm.fallbacks[0].fallbacks = {puppet("c")};
    CHECK(contains(made(agent).message(), "'b' has fallbacks of its own"));
  }
  SECTION("too many") {
    for (int i = 0; i < 8; ++i) agent.llm.fallbacks.push_back(puppet(std::to_string(i)));
    CHECK(contains(made(agent).message(), "at most 7 are possible"));
  }
  SECTION("a detector's") {
    agent.vad.fallbacks = {{"level", {}, sim::level_vad()}};
    CHECK(made(agent).code() == ErrorCode::kUnsupported);
  }
}

TEST_CASE("providers of one agent that another one takes over are not wrapped again") {
  const auto time = VirtualExecutor::create();
  EngineOptions options;
  options.executors = {time};
  options.workers = time->workers();
  options.logger = make_null_logger();
  options.registry = std::make_shared<Registry>();
  const auto engine = *make_engine(std::move(options));
  const auto first = *engine->make_agent(scripted_agent("yes"));
  AgentOptions taken = first->options();
  taken.stt.instance = first->providers().stt;
  taken.llm.instance = first->providers().llm;
  taken.tts.instance = first->providers().tts;
  const auto second = *engine->make_agent(std::move(taken));
  CHECK(second->providers().stt == first->providers().stt);
  CHECK(second->providers().llm == first->providers().llm);
  CHECK(second->providers().tts == first->providers().tts);
}

TEST_CASE("a session whose first model fails is answered by the second, and says so") {
  PuppetStand stand;
  stand.with_llm();
  stand.agent.llm.fallbacks = {
      {"second", {}, sim::scripted_llm(sim::fixed_reply("here I am", 10ms))}};
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  stand.llm->line().sink->error({ErrorCode::kUnavailable, "gone"});
  stand.llm->line().close();
  REQUIRE(rig.settle());
  CHECK(rig.dialogue() == "user: hello | assistant: here I am");
  CHECK(rig.count("error") == 0);
  CHECK(contains(rig.json("provider_failover"),
                 R"("stage":"llm","from":"puppet","to":"second","code":"unavailable")"));
}

TEST_CASE("sessions of an engine share what is known of a provider") {
  const auto time = VirtualExecutor::create();
  EngineOptions options;
  options.executors = {time};
  options.workers = time->workers();
  options.logger = make_null_logger();
  options.registry = std::make_shared<Registry>();
  const auto engine = *make_engine(std::move(options));
  AgentOptions agent_options = scripted_agent("yes");
  const auto llm = std::make_shared<LlmPuppet>();
  llm->start_status = Status(ErrorCode::kAuth, "no key");
  agent_options.llm = {"first", {}, llm};
  agent_options.llm.fallbacks = {{"second", {}, sim::scripted_llm(sim::fixed_reply("yes"))}};
  int opened = 0;
  std::vector<std::shared_ptr<Agent>> agents{*engine->make_agent(agent_options),
                                             *engine->make_agent(agent_options)};
  std::vector<Subscription> subscriptions;
  for (const auto& agent : agents) {
    const auto session = *agent->open_session();
    subscriptions.push_back(session->events().subscribe<event::BreakerChanged>(
        [&opened](const auto&, const EventEnvelope&) { ++opened; }));
    time->run_for(0ms);
    REQUIRE(session->push_text("hello").ok());
    time->run_for(5s);
    CHECK(session->context().size() == 2);
  }
  time->run_for(5s);  // to the end of the last session
  CHECK(opened == 1);
}
