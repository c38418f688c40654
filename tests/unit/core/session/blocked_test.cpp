// What a session reports of the host's and the providers' code that blocks, and of an end that is
// none.
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/engine.h"
#include "support/blocking_clock.h"
#include "support/catch.h"
#include "support/log_lines.h"
#include "support/puppet_stand.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

// A session on an executor that can be blocked, and its warnings.
struct Stand {
  std::shared_ptr<BlockingClock> clock = std::make_shared<BlockingClock>();
  std::shared_ptr<LogLines> log = std::make_shared<LogLines>();
  std::shared_ptr<LlmPuppet> llm = std::make_shared<LlmPuppet>();
  AgentOptions agent = scripted_agent("good morning to you");
  std::shared_ptr<Session> session;
  std::vector<std::string> warnings;
  Subscription told;

  Stand() { agent.llm = {"puppet", {}, llm}; }
  ~Stand() {
    told.reset();
    session.reset();
    run(10s);
  }
  Stand(const Stand&) = delete;
  Stand& operator=(const Stand&) = delete;

  void open() {
    EngineOptions options;
    options.executors = {clock};
    options.workers = clock->time->workers();
    options.logger = log;
    options.registry = std::make_shared<Registry>();
    session = *(*(*make_engine(std::move(options)))->make_agent(agent))->open_session();
    told = session->events().subscribe<event::Warning>(
        [this](const event::Warning& warning) { warnings.emplace_back(warning.message); });
    run(0ms);
  }
  void run(Duration span) { clock->time->run_for(span); }
  void type(std::string_view text) {
    REQUIRE(session->push_text(text).ok());
    run(0ms);
  }
  void hear(const Pcm& audio) {
    const std::span<const std::int16_t> samples = audio.samples;
    for (std::size_t at = 0; at + 320 <= samples.size(); at += 320) {
      run(20ms);
      REQUIRE(session->push_audio({samples.subspan(at, 320), audio.sample_rate}).ok());
    }
  }
  // The one warning there was, which is in the log, too.
  std::string warning() const {
    if (warnings.size() != 1) return std::to_string(warnings.size()) + " warnings";
    CHECK_FALSE(log->with(warnings.front()).empty());
    return warnings.front();
  }
};

std::string held_up(const std::string& call, int ms = 300) {
  return call + " held up the session's executor for " + std::to_string(ms) +
         " ms: let it return at once";
}

// An answer as quick as any; asking takes the executor 300 ms.
class SlowLlm final : public LlmProvider {
 public:
  SlowLlm(std::shared_ptr<BlockingClock> clock, Status status)
      : clock_(std::move(clock)), status_(std::move(status)) {}
  Result<std::unique_ptr<LlmStream>> start(const LlmRequest& request, LlmSink& sink) override {
    clock_->block(300ms);
    if (!status_.ok()) return status_;
    return inner_->start(request, sink);
  }

 private:
  const std::shared_ptr<BlockingClock> clock_;
  const Status status_;
  const std::shared_ptr<LlmProvider> inner_ = sim::scripted_llm(sim::fixed_reply("yes", 10ms));
};

class SlowEnd final : public EndOfTurnStrategy {
 public:
  explicit SlowEnd(std::shared_ptr<BlockingClock> clock) : clock_(std::move(clock)) {}
  EndOfTurnDecision decide(const TurnSnapshot&) const override {
    clock_->block(300ms);
    return {300ms, false};
  }

 private:
  const std::shared_ptr<BlockingClock> clock_;
};

}  // namespace

TEST_CASE("blocked: an event's handler is named in a warning and in the log") {
  Stand stand;
  stand.open();
  const Subscription slow = stand.session->events().subscribe<event::TextIn>(
      [&stand](const auto&) { stand.clock->block(300ms); });
  stand.type("hello");
  CHECK(stand.warning() == held_up("handlers of 'text_in'"));
}

TEST_CASE("blocked: what returns within five frames is no news") {
  Stand stand;
  stand.open();
  const Subscription slow = stand.session->events().subscribe<event::TextIn>(
      [&stand](const auto&) { stand.clock->block(99ms); });
  stand.type("hello");
  stand.clock->block(5s);  // nobody's call
  stand.type("and again");
  CHECK(stand.warnings.empty());
}

TEST_CASE("blocked: a handler of the warning that blocks is not told again") {
  Stand stand;
  stand.open();
  const Subscription slow = stand.session->events().subscribe<event::TextIn>(
      [&stand](const auto&) { stand.clock->block(300ms); });
  const Subscription worse = stand.session->events().subscribe<event::Warning>(
      [&stand](const auto&) { stand.clock->block(300ms); });
  stand.type("hello");
  CHECK(stand.warning() == held_up("handlers of 'text_in'"));
}

TEST_CASE("blocked: a tool's handler is named, not the event that came before") {
  Stand stand;
  Tool tool;
  tool.name = "book";
  tool.handler = [&stand](const std::shared_ptr<ToolReply>& reply) {
    stand.clock->block(300ms);
    reply->answer(std::string("done"));
  };
  stand.agent.tools = {tool};
  stand.open();
  int started = 0;
  const Subscription quick = stand.session->events().subscribe<event::ToolCallStarted>(
      [&started](const auto&) { ++started; });
  stand.type("hello");
  stand.llm->call("c1", "book");
  stand.run(0ms);
  CHECK(started == 1);
  CHECK(stand.warning() == held_up("tool 'book'"));
}

TEST_CASE("blocked: a model that takes its time to be asked is named") {
  Stand stand;
  stand.agent.llm = {"slow", {}, std::make_shared<SlowLlm>(stand.clock, Status())};
  stand.open();
  stand.type("hello");
  CHECK(stand.warning() == held_up("llm 'slow' start()"));
}

TEST_CASE("blocked: of a chain the one that blocks is named") {
  Stand stand;
  stand.llm->start_status = unavailable("gone");
  const auto slow = std::make_shared<SlowLlm>(stand.clock, Status());
  stand.agent.llm.fallbacks.push_back({"slow", {}, slow});
  stand.open();
  stand.type("hello");
  CHECK(stand.warning() == held_up("llm 'slow' start()"));
}

TEST_CASE("blocked: a fallback that is asked later is named all the same") {
  Stand stand;
  const auto slow = std::make_shared<SlowLlm>(stand.clock, Status());
  stand.agent.llm.fallbacks.push_back({"slow", {}, slow});
  stand.open();
  stand.type("hello");
  CHECK(stand.warnings.empty());
  stand.llm->line().sink->error({ErrorCode::kUnavailable, "gone"});
  stand.llm->line().close();
  stand.run(1s);
  CHECK(stand.warning() == held_up("llm 'slow' start()"));
}

TEST_CASE("blocked: a detector is named") {
  Stand stand;
  bool slow = true;
  stand.agent.vad = {"level", {}, vad_from_function([&](std::span<const std::int16_t>) {
                       if (std::exchange(slow, false)) stand.clock->block(300ms);
                       return 0.0F;
                     })};
  stand.open();
  stand.hear(sim::silence(100ms));
  CHECK(stand.warning() == held_up("vad 'level' process()"));
}

TEST_CASE("blocked: a strategy is told apart from the handlers of events") {
  Stand stand;
  stand.agent.strategies.end_of_turn = std::make_shared<SlowEnd>(stand.clock);
  stand.open();
  stand.hear(sim::speak("hello there"));
  stand.hear(sim::silence(200ms));
  REQUIRE_FALSE(stand.warnings.empty());
  for (const std::string& warning : stand.warnings) {
    CHECK(warning == held_up("a turn strategy"));
  }
}

TEST_CASE("a session that ended as it should leaves no report") {
  Stand stand;
  stand.open();
  stand.session->close();
  stand.run(10s);
  CHECK(stand.session->closed());
  CHECK(stand.log->count() == 0);
}

TEST_CASE("a session that failed reports in which state it was, and what happened before") {
  Stand stand;
  stand.open();
  stand.type("hello");
  for (int i = 0; i < 50; ++i) stand.llm->line().sink->delta("one two three. ");
  stand.run(1s);
  stand.session->close(CloseReason::kError);
  stand.run(10s);
  const std::string report = stand.log->with("ended abnormally");
  CAPTURE(report);
  CHECK(contains(report, "closed by error while silent, replying, 0 streams not closed, mode "));
  CHECK(contains(report,
                 "the latest reply in turn 1; latest events: session_opened 0.000 s, "
                 "text_in 0.000 s, turn_ended 0.000 s, reply_started 0.000 s"));
  CHECK_FALSE(contains(report, "reply_delta"));
}

TEST_CASE("a session whose provider does not let go reports that") {
  Stand stand;
  stand.llm->closes_on_cancel = false;
  stand.open();
  stand.type("hello");
  stand.session->close();
  stand.run(10s);
  CHECK(stand.session->closed());
  CHECK(contains(stand.log->with("ended abnormally"),
                 "closed by host while silent, replying, 1 streams not closed"));
  stand.llm->line().close();
}
