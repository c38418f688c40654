// Who is let in, what is shed, and what is reported.
#include "core/admission/admission.h"

#include <vector>

#include "support/blocking_clock.h"
#include "support/catch.h"
#include "support/puppet_stand.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

std::shared_ptr<AdmissionControl> control(AdmissionOptions options) {
  return std::make_shared<AdmissionControl>(std::move(options),
                                            std::vector<std::shared_ptr<Executor>>());
}

// An engine that takes one session.
std::shared_ptr<Engine> engine_for_one(const std::shared_ptr<VirtualExecutor>& time) {
  EngineOptions options;
  options.executors = {time};
  options.workers = time->workers();
  options.logger = make_null_logger();
  options.registry = std::make_shared<Registry>();
  options.admission.max_sessions = 1;
  return *make_engine(std::move(options));
}

}  // namespace

TEST_CASE("at capacity a session is refused with a reason and a time, and a free place is taken") {
  AdmissionOptions options;
  options.max_sessions = 2;
  const auto admission = control(std::move(options));
  auto first = admission->admit();
  const auto second = admission->admit();
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  const auto third = admission->admit();
  CHECK(third.status().code() == ErrorCode::kResourceExhausted);
  CHECK(contains(third.status().message(), "all 2 sessions are taken; try again in 2000 ms"));
  CHECK(admission->load().sessions == 2);
  CHECK(admission->load().refused == 1);
  first.value().reset();
  CHECK(admission->admit().ok());
  CHECK(admission->load().admitted == 3);
}

TEST_CASE("however late executors are, a few sessions are taken: they can't be the reason") {
  AdmissionOptions options;
  options.min_sessions = 2;
  options.max_lateness = 40ms;
  options.lateness = [] { return Duration(10s); };
  const auto admission = control(std::move(options));
  CHECK(admission->check_room().ok());
  auto first = admission->admit();
  CHECK(first.ok());
  const auto second = admission->admit();
  CHECK(second.ok());
  CHECK(admission->check_room().code() == ErrorCode::kResourceExhausted);
  CHECK(contains(admission->admit().status().message(), "run 40 ms late or more"));
  first.value().reset();
  CHECK(admission->check_room().ok());
  CHECK(admission->admit().ok());
  CHECK(admission->load().refused == 1);
}

TEST_CASE("the other limits hold for a few sessions too") {
  AdmissionOptions options;
  options.min_sessions = 5;
  options.max_sessions = 1;
  std::string busy;
  options.busy = [&busy] { return busy; };
  const auto admission = control(std::move(options));
  auto first = admission->admit();
  CHECK(contains(admission->admit().status().message(), "all 1 sessions are taken"));
  first.value().reset();
  busy = "no decoder is free";
  CHECK(contains(admission->admit().status().message(), busy));
}

TEST_CASE("late executors take no more sessions; before that, things are shed in their order") {
  Duration late{0};
  AdmissionOptions options;
  options.min_sessions = 0;
  options.max_lateness = 40ms;
  options.lateness = [&late] { return late; };
  const auto admission = control(std::move(options));
  CHECK(admission->shedding() == Shedding::kNothing);
  late = 20ms;
  CHECK(admission->shedding() == Shedding::kMetrics);
  late = 30ms;
  CHECK(admission->shedding() == Shedding::kPartials);
  CHECK(admission->admit().ok());
  late = 40ms;
  CHECK(admission->shedding() == Shedding::kPartials);
  CHECK(contains(admission->admit().status().message(), "the executors run 40 ms late or more"));
  late = 80ms;
  CHECK(admission->shedding() == Shedding::kPreparation);
}

TEST_CASE("a host may have reasons of its own") {
  AdmissionOptions options;
  options.busy = [] { return std::string("no decoder is free"); };
  CHECK(contains(control(std::move(options))->admit().status().message(), "no decoder is free"));
}

TEST_CASE("the engine measures how late its executors are, and learns from it") {
  const auto executor = std::make_shared<BlockingClock>();
  AdmissionOptions options;
  options.min_sessions = 0;
  options.max_lateness = 50ms;
  const auto admission = std::make_shared<AdmissionControl>(
      std::move(options), std::vector<std::shared_ptr<Executor>>{executor});
  const auto only = admission->admit();
  CHECK(only.ok());
  executor->block(150ms);  // and has not come back yet
  CHECK(contains(admission->admit().status().message(), "the executors run 50 ms late or more"));
  executor->time->run_for(1s);
  CHECK(admission->admit().ok());  // once is nothing
  executor->block(150ms);
  executor->time->run_for(1s);
  CHECK(contains(admission->admit().status().message(), "2 sessions the executors would run late"));
}

TEST_CASE(
    "a session that can't be opened takes no place, and is told why rather than that all are "
    "taken") {
  const auto time = VirtualExecutor::create();
  const auto engine = engine_for_one(time);
  const auto agent = *engine->make_agent(scripted_agent("yes"));
  SessionOptions idle_tool;
  idle_tool.tools = std::make_shared<std::vector<Tool>>(1);
  CHECK(agent->open_session(idle_tool).status().code() == ErrorCode::kInvalidArgument);
  CHECK(engine->load().admitted == 0);
  auto session = *agent->open_session();
  CHECK(agent->open_session(idle_tool).status().code() == ErrorCode::kInvalidArgument);
  CHECK(engine->load().refused == 0);
  session.reset();
  time->run_for(5s);  // to its end
}

TEST_CASE("sessions count from their opening to their end") {
  const auto time = VirtualExecutor::create();
  const auto engine = engine_for_one(time);
  const auto agent = *engine->make_agent(scripted_agent("yes"));
  auto session = *agent->open_session();
  CHECK(agent->open_session().status().code() == ErrorCode::kResourceExhausted);
  SECTION("whose handle may be kept") { session->close(); }
  SECTION("whose handle goes") { session.reset(); }
  time->run_for(5s);
  CHECK(engine->load().sessions == 0);
  CHECK(agent->open_session().ok());
  session.reset();
  time->run_for(5s);  // to the end of both sessions
}
