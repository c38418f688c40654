// Models behind each other: what the session sees of it is one reply.
#include "core/resilience/llm_chain.h"

#include <string>
#include <vector>

#include "support/catch.h"
#include "support/chain_bench.h"
#include "support/llm_probe.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

struct Bench : ChainBench<LlmProvider, LlmPuppet> {
  LlmProbe probe;
  std::shared_ptr<LlmChain> chain;
  std::unique_ptr<LlmStream> stream;

  ~Bench() { end(stream.get()); }
  void start(std::vector<ChainLink<LlmProvider>> links) {
    chain = std::make_shared<LlmChain>(std::move(links), options);
    again();
  }
  void again() { ask({{Role::kUser, "hello", false}}); }
  void ask(const std::vector<Message>& messages) {
    LlmRequest request;
    request.context = context();
    request.messages = messages;
    request.session_id = "s";
    stream = std::move(*chain->start(request, probe));
    run();
  }
  // The first model is usually that quick, and a hedge is allowed.
  void expect_within_300ms() {
    options.hedging = true;
    for (int i = 0; i < 100; ++i) {
      health_a->first_token.add(Duration(i < 90 ? 200ms : 300ms));
      health_a->hedges.request(0.1);
    }
  }
  // What the session was told: "text | calls".
  std::string told() const { return probe.record().text() + " | " + probe.record().log; }
};

ProviderError failure(ErrorCode code) { return {code, "it broke"}; }

void fail(LlmPuppet& puppet, ErrorCode code) {
  puppet.line().sink->error(failure(code));
  puppet.line().close();
}

}  // namespace

TEST_CASE("llm chain: a good reply passes through, and the stream closes") {
  Bench bench;
  bench.start(bench.both());
  bench.a->reply("good morning");
  bench.run();
  CHECK(bench.told() == "good morning | tdc");
  CHECK(bench.b->lines.empty());
  CHECK(bench.observed.text().empty());
  CHECK(bench.a->alive() == 0);
}

TEST_CASE("llm chain: before the first text the next model answers, as if it had been the first") {
  Bench bench;
  SECTION("an error") {
    bench.start(bench.both());
    fail(*bench.a, ErrorCode::kUnavailable);
  }
  SECTION("closed without a word") {
    bench.start(bench.both());
    bench.a->line().close();
  }
  SECTION("a start that fails") {
    bench.a->start_status = unavailable("no");
    bench.start(bench.both());
  }
  bench.run();
  REQUIRE(bench.b->lines.size() == 1);
  CHECK(bench.b->line().texts == std::vector<std::string>{"hello"});
  bench.b->reply("I am b");
  bench.run();
  CHECK(bench.told() == "I am b | tdc");
  CHECK(bench.observed.text() == "llm a>b unavailable");
}

TEST_CASE("llm chain: a model without a token by its deadline is left for the next one") {
  Bench bench;
  bench.options.first_token = 700ms;
  bench.start(bench.both());
  bench.run(699ms);
  CHECK(bench.b->lines.empty());
  CHECK(bench.observed.text() == "a delayed");
  bench.run(1ms);
  REQUIRE(bench.b->lines.size() == 1);
  CHECK(bench.a->line().log == "c");
  bench.b->reply("late but here");
  bench.run();
  CHECK(bench.told() == "late but here | tdc");
}

TEST_CASE("llm chain: what was said is not said again; the next model is asked for the rest") {
  Bench bench;
  bench.options.token_stall = 500ms;
  bench.start(bench.both());
  bench.a->line().sink->delta("one two");
  bench.run(400ms);
  const bool stall = GENERATE(false, true);
  const bool anew = GENERATE(false, true);
  if (stall) bench.run(100ms);
  if (!stall) fail(*bench.a, ErrorCode::kUnavailable);
  bench.run();
  REQUIRE(bench.b->lines.size() == 1);
  CHECK(bench.b->line().texts == std::vector<std::string>{"hello", "one two"});
  if (anew) {
    bench.b->line().sink->delta("one t");
    bench.b->line().sink->delta("wo th");
    bench.b->reply("ree");
  } else {
    bench.b->reply(" three");
  }
  bench.run();
  CHECK(bench.told().starts_with("one two three |"));
  CHECK(bench.probe.record().has('d'));
}

TEST_CASE("llm chain: what may pass is tried again first, with a pause, if nothing was said") {
  Bench bench;
  bench.options.retries = 1;
  bench.options.backoff = 100ms;
  bench.start(bench.both());
  fail(*bench.a, ErrorCode::kUnavailable);
  bench.run();
  CHECK(bench.a->lines.size() == 1);
  bench.run(100ms);
  REQUIRE(bench.a->lines.size() == 2);
  SECTION("and answers") {
    bench.a->reply("here");
    bench.run();
    CHECK(bench.told() == "here | tdc");
    CHECK(bench.observed.text() == "llm a>a unavailable");
  }
  SECTION("and then the next one is asked") {
    fail(*bench.a, ErrorCode::kUnavailable);
    bench.run();
    CHECK(bench.observed.text() == "llm a>a unavailable; llm a>b unavailable");
    bench.b->reply("here");
    bench.run();
    CHECK(bench.told() == "here | tdc");
  }
}

TEST_CASE("llm chain: who refuses is not asked again") {
  for (const ErrorCode code : {ErrorCode::kAuth, ErrorCode::kQuota, ErrorCode::kInvalidArgument,
                               ErrorCode::kRateLimited}) {
    Bench bench;
    bench.options.retries = 3;
    bench.start(bench.both());
    fail(*bench.a, code);
    bench.run();
    CHECK(bench.a->lines.size() == 1);
    CHECK(bench.b->lines.size() == 1);
  }
}

TEST_CASE("llm chain: after a refused key the next replies begin with the next model") {
  Bench bench;
  bench.start(bench.both());
  fail(*bench.a, ErrorCode::kAuth);
  bench.run();
  bench.b->reply("b");
  bench.run();
  CHECK(bench.observed.text() == "a open; llm a>b auth");
  bench.again();
  CHECK(bench.a->lines.size() == 1);
  CHECK(bench.b->lines.size() == 2);
  bench.b->reply("b");
  bench.run(600s);
  bench.again();
  REQUIRE(bench.a->lines.size() == 2);  // the probe
  CHECK(bench.observed.lines.back() == "a half_open");
  bench.a->reply("a is back");
  bench.run();
  CHECK(bench.observed.lines.back() == "a closed");
}

TEST_CASE("llm chain: when all have failed the last failure is told, once") {
  Bench bench;
  bench.start(bench.both());
  fail(*bench.a, ErrorCode::kUnavailable);
  bench.run();
  fail(*bench.b, ErrorCode::kProtocol);
  bench.run();
  CHECK(bench.told() == " | ec");
  CHECK(bench.probe.record().error.code() == ErrorCode::kProtocol);
}

TEST_CASE("llm chain: a lone model that stalls is given up after its deadline and one retry") {
  Bench bench;
  bench.options.retries = 1;
  bench.options.first_token = 1s;
  bench.start(bench.only_a());
  bench.run(1s + 100ms);
  CHECK(bench.a->lines.size() == 2);
  CHECK(bench.told() == " | ");
  bench.run(1s);
  CHECK(bench.told() == " | ec");
  CHECK(bench.probe.record().error.code() == ErrorCode::kTimeout);
}

TEST_CASE("llm chain: a cancelled reply tries nobody else and closes when all have") {
  Bench bench;
  bench.a->closes_on_cancel = false;
  bench.start(bench.both());
  bench.stream->cancel();
  bench.run(60s);
  CHECK(bench.told() == " | ");
  CHECK(bench.b->lines.empty());
  bench.a->line().sink->delta("too late");
  bench.a->line().close();
  bench.run();
  CHECK(bench.told() == " | c");
}

TEST_CASE("llm chain: a cancel while a retry waits closes at once") {
  Bench bench;
  bench.options.retries = 1;
  bench.start(bench.both());
  fail(*bench.a, ErrorCode::kUnavailable);
  bench.run();
  bench.stream->cancel();
  bench.run(10s);
  CHECK(bench.told() == " | c");
  CHECK(bench.a->lines.size() == 1);
}

TEST_CASE("llm chain: a request for a tool is never made twice") {
  Bench bench;
  bench.start(bench.both());
  bench.a->line().sink->tool_call({"1", "book", "{}"});
  fail(*bench.a, ErrorCode::kUnavailable);
  bench.run();
  CHECK(bench.told() == " | kdc");
  CHECK(bench.probe.record().reason == FinishReason::kToolCalls);
  CHECK(bench.b->lines.empty());
}

TEST_CASE("llm chain: who answers the user with nothing, or with blanks, has failed") {
  Bench bench;
  const auto nothing = GENERATE("", " \n\t", "\u00a0\u2003");
  bench.start(bench.both());
  bench.a->reply(nothing);
  bench.run();
  CHECK(bench.observed.text() == "llm a>b protocol");
  REQUIRE(bench.b->lines.size() == 1);
  SECTION("the next one answers") {
    bench.b->reply("here");
    bench.run();
    CHECK(bench.told() == "here | tdc");
  }
  SECTION("nor has that") {
    bench.b->reply(nothing);
    bench.run();
    CHECK(bench.told() == " | ec");
  }
}

TEST_CASE("llm chain: blanks are no first text, and are left out before it") {
  Bench bench;
  bench.options.first_token = 2s;
  bench.start(bench.both());
  for (int i = 0; i < 5; ++i) {
    bench.a->line().sink->delta("\n");
    bench.run(300ms);
  }
  SECTION("the text comes in time") {
    bench.a->reply(" here I am");
    bench.run();
    CHECK(bench.told() == "here I am | tdc");
  }
  SECTION("it does not come in time") {
    bench.run(600ms);
    REQUIRE(bench.b->lines.size() == 1);
    bench.b->reply("here");
    bench.a->line().close();
    bench.run();
    CHECK(bench.told() == "here | tdc");
  }
}

TEST_CASE("llm chain: blanks, or a letter now and then, are no answer that goes on") {
  Bench bench;
  bench.options.token_stall = 4s;
  bench.start(bench.both());
  bench.a->line().sink->delta("Sure. It");
  const auto now_and_then = GENERATE("\n", " ", "\u2003", "s");
  for (int i = 0; i < 5; ++i) {
    bench.run(799ms);
    bench.a->line().sink->delta(now_and_then);
  }
  bench.run(4ms);
  CHECK(bench.b->lines.empty());
  bench.run(1ms);
  REQUIRE(bench.b->lines.size() == 1);
  CHECK(bench.b->line().texts.back().starts_with("Sure. It"));
}

TEST_CASE("llm chain: words, or a long word's letters, are, and their blanks are kept") {
  Bench bench;
  bench.options.token_stall = 4s;
  bench.start(bench.both());
  const std::vector<std::string> pieces{"It",       " ",   "is",     "\n\n",   "on ", "Donaudampf",
                                        "schifffa", "hrt", "\u4f60", "\u597d", "."};
  std::string all;
  for (const std::string& piece : pieces) {
    bench.a->line().sink->delta(piece);
    bench.run(1900ms);
    all += piece;
  }
  bench.a->reply(" ");
  bench.run();
  CHECK(bench.told().starts_with(all + " | "));
  CHECK(bench.b->lines.empty());
}

TEST_CASE("llm chain: where nothing is left to say, to say nothing is an answer") {
  Bench bench;
  SECTION("an intent was understood") {
    bench.start(bench.both());
    bench.a->line().sink->intent({"off", 1.0F, {}});
    bench.a->reply("");
    bench.run();
    CHECK(bench.told() == " | idc");
  }
  SECTION("a tool has run") {
    bench.start(bench.both());
    bench.a->reply("yes");
    bench.run();
    const std::vector<ToolCall> calls{{"1", "off", "{}"}};
    bench.ask({{Role::kUser, "off", false},
               {Role::kAssistant, "", false, calls},
               {Role::kTool, "done", false, {}, "1"}});
    bench.a->reply("");
    bench.run();
    CHECK(bench.told() == "yes | tdcdc");
  }
  SECTION("it was asked for the rest of a reply") {
    bench.start(bench.both());
    bench.a->line().sink->delta("yes.");
    fail(*bench.a, ErrorCode::kUnavailable);
    bench.run();
    bench.b->reply("");
    bench.run();
    CHECK(bench.told() == "yes. | tdc");
  }
  CHECK(bench.observed.text().find("protocol") == std::string::npos);
}

TEST_CASE("llm chain: half of a stall's time is told, once for each") {
  Bench bench;
  bench.options.token_stall = 1s;
  bench.start(bench.both());
  bench.a->line().sink->delta("one ");
  bench.run(499ms);
  CHECK(bench.observed.text().empty());
  bench.run(300ms);
  CHECK(bench.observed.text() == "a delayed");
  bench.a->line().sink->delta("two ");
  bench.run(999ms);
  CHECK(bench.observed.text() == "a delayed; a delayed");
  bench.run(1ms);
  CHECK(bench.b->lines.size() == 1);
}

TEST_CASE("llm chain: a lone model that breaks off late has all its time for the retry") {
  Bench bench;
  bench.options.retries = 1;
  bench.options.backoff = Duration(0);
  bench.options.first_token = 2s;
  bench.run(1s);
  bench.start(bench.only_a());
  for (int i = 0; i < 5; ++i) {
    bench.a->line().sink->delta("on ");
    bench.run(1s);
  }
  fail(*bench.a, ErrorCode::kUnavailable);
  bench.run(1s);
  REQUIRE(bench.a->lines.size() == 2);
  bench.a->reply("and on");
  bench.run();
  CHECK(bench.told() == "on on on on on and on | ttttttdc");
}

TEST_CASE("llm chain: hedging asks the second when the first is later than usual") {
  Bench bench;
  bench.expect_within_300ms();
  bench.start(bench.both());
  bench.run(299ms);
  CHECK(bench.b->lines.empty());
  bench.run(1ms);
  REQUIRE(bench.b->lines.size() == 1);
  CHECK(bench.observed.text() == "a hedged by b");
  SECTION("the second answers first, and the first is cancelled") {
    bench.b->line().sink->delta("I ");
    bench.run();
    CHECK(bench.a->line().log == "c");
    bench.b->reply("win");
    bench.run();
    CHECK(bench.told() == "I win | ttdc");
  }
  SECTION("the first answers after all") {
    bench.a->reply("I win");
    bench.run();
    CHECK(bench.b->line().log == "c");
    CHECK(bench.told() == "I win | tdc");
  }
  SECTION("the second fails, and the first carries on") {
    fail(*bench.b, ErrorCode::kUnavailable);
    bench.run();
    bench.a->reply("I win");
    bench.run();
    CHECK(bench.told() == "I win | tdc");
  }
}

TEST_CASE("llm chain: a hedge has its own time, however the first one ends") {
  Bench bench;
  bench.expect_within_300ms();
  bench.options.first_token = 1s;
  bench.start(bench.both());
  bench.run(900ms);
  REQUIRE(bench.b->lines.size() == 1);
  if (GENERATE(true, false)) fail(*bench.a, ErrorCode::kUnavailable);
  bench.run(399ms);
  CHECK(bench.a->line().closed);
  CHECK(bench.told() == " | ");
  SECTION("it answers") {
    bench.b->reply("here");
    bench.run();
    CHECK(bench.told() == "here | tdc");
  }
  SECTION("it doesn't") {
    bench.run(1ms);
    CHECK(bench.told() == " | ec");
  }
}

TEST_CASE("llm chain: who is to be left alone is no hedge") {
  Bench bench;
  bench.expect_within_300ms();
  (void)bench.health_b->breaker.failed(ErrorCode::kAuth, 0, Time{}, bench.options);
  bench.start(bench.both());
  bench.run(300ms);
  CHECK(bench.b->lines.empty());
  CHECK(bench.a->lines.size() == 2);
  CHECK(bench.observed.text() == "a hedged by a");
}

TEST_CASE("llm chain: a hedge that can't begin is a failed probe, and another one may go later") {
  Bench bench;
  bench.expect_within_300ms();
  (void)bench.health_b->breaker.failed(ErrorCode::kRateLimited, 0, Time{}, bench.options);
  bench.b->start_status = unavailable("no");
  bench.run(5s);
  bench.start(bench.both());
  bench.run(300ms);
  CHECK(bench.observed.text() == "b half_open; b open");
  bench.a->reply("yes");
  bench.run(30s);
  CHECK(bench.health_b->breaker.admit(bench.time->now()).admitted);
}

TEST_CASE("llm chain: hedging keeps within its share of the requests") {
  Bench bench;
  bench.options.hedging = true;
  bench.options.first_token = 100s;
  for (int i = 0; i < 100; ++i) bench.health_a->first_token.add(10ms);
  bench.start(bench.only_a());
  for (int i = 0; i < 99; ++i) {
    bench.run(50ms);
    bench.a->reply("yes");
    bench.run();
    bench.again();
  }
  CHECK(bench.observed.lines.size() <= 10);
  CHECK(bench.observed.lines.size() >= 8);
}

TEST_CASE("llm chain: whoever is told of a failover may end it there: nobody else is asked") {
  Bench bench;
  bench.start(bench.both());
  bench.observed.when_told = [&] { bench.stream->cancel(); };
  fail(*bench.a, ErrorCode::kUnavailable);
  bench.run();
  CHECK(bench.observed.text() == "llm a>b unavailable");
  CHECK(bench.b->lines.empty());
  CHECK(bench.told() == " | c");
}

TEST_CASE("llm chain: who would be asked first is warmed up") {
  Bench bench;
  bench.options.breaker_failures = 1;
  LlmChain chain(bench.both(), bench.options);
  const WarmUp means{bench.time, bench.workers, bench.logger};
  chain.warm_up(means);
  CHECK(bench.a->warmed_up == 1);
  CHECK(bench.b->warmed_up == 0);
  (void)bench.health_a->breaker.failed(ErrorCode::kUnavailable, 0, Time{}, bench.options);
  chain.warm_up(means);
  CHECK(bench.a->warmed_up == 1);
  CHECK(bench.b->warmed_up == 1);
  (void)bench.health_b->breaker.failed(ErrorCode::kUnavailable, 0, Time{}, bench.options);
  chain.warm_up(means);
  CHECK(bench.a->warmed_up == 2);
}
