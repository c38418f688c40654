// Recognisers behind each other: no word is lost, and none comes twice.
#include "core/resilience/stt_chain.h"

#include <string>
#include <vector>

#include "support/catch.h"
#include "support/chain_bench.h"
#include "support/stt_probe.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

struct Bench : ChainBench<SttProvider, SttPuppet> {
  SttProbe probe;
  std::shared_ptr<SttChain> chain;
  std::unique_ptr<SttStream> stream;

  ~Bench() { end(stream.get()); }
  void start() { start(both()); }
  void start(std::vector<ChainLink<SttProvider>> links) {
    chain = std::make_shared<SttChain>(std::move(links), options);
    SttRequest request;
    request.context = context();
    request.session_id = "s";
    request.final_timeout = 2s;
    stream = std::move(*chain->start(request, probe));
    run();
  }
  // Frames of 20 ms. Returns how many were taken.
  int hear(Duration length) {
    const std::vector<std::int16_t> frame(320, 5'000);
    int taken = 0;
    for (Duration heard{0}; heard < length; heard += 20ms) {
      if (!stream->audio({frame, 16'000})) break;
      ++taken;
      run(20ms);
    }
    return taken;
  }
  void fail(SttPuppet& puppet) {
    puppet.line().sink->error({ErrorCode::kUnavailable, "it broke"});
    puppet.line().close();
    run();
  }
  static Duration given(const SttPuppet::Line& line) {
    return samples_to_duration(line.samples, line.rate);
  }
};

}  // namespace

TEST_CASE("stt chain: what a good recogniser says passes through") {
  Bench bench;
  bench.start();
  bench.hear(200ms);
  bench.a->partial("hello");
  bench.stream->flush();
  bench.run();
  bench.a->final("hello there");
  bench.stream->finish();
  bench.a->line().close();
  bench.run();
  CHECK(bench.probe.record().log == "pfc");
  CHECK(bench.a->line().log == "fF");
  CHECK(Bench::given(bench.a->line()) == 200ms);
  CHECK(bench.b->lines.empty());
}

TEST_CASE("stt chain: the next recogniser hears the utterance from its beginning") {
  Bench bench;
  bench.start();
  bench.hear(300ms);
  bench.stream->flush();
  bench.run();
  bench.a->final("first");
  bench.run();
  bench.hear(500ms);
  SECTION("an error") { bench.fail(*bench.a); }
  SECTION("it closes") {
    bench.a->line().close();
    bench.run();
  }
  REQUIRE(bench.b->lines.size() == 1);
  CHECK(Bench::given(bench.b->line()) == 500ms);  // not what was settled
  bench.hear(100ms);
  bench.stream->flush();
  bench.run();
  CHECK(Bench::given(bench.b->line()) == 600ms);
  CHECK(bench.b->line().log == "f");
  const std::vector<Word> words{{"second", 100ms, 400ms, 1.0F}};
  bench.b->line().sink->final({"second", 1.0F, words, {}});
  bench.run();
  REQUIRE(bench.probe.record().finals.size() == 2);
  CHECK(bench.probe.record().text() == "first second");
  CHECK(bench.probe.record().finals[1].words[0].start == 400ms);  // in the stream's own time
  CHECK(bench.observed.text() == "stt a>b unavailable");
}

TEST_CASE("stt chain: words that begin before a late final without times is there are not lost") {
  Bench bench;
  bench.start();
  bench.hear(1s);
  bench.a->partial("book a");
  bench.hear(300ms);
  bench.a->partial("book a table");
  bench.run();
  bench.hear(200ms);
  bench.a->partial("Book a table");
  bench.hear(400ms);  // the next words begin
  Duration kept{0};
  SECTION("a partial had all of its words") {
    bench.a->final("Book a table.");
    kept = 600ms;
  }
  SECTION("none had: what is settled is not heard again") { bench.a->final("Book a table now."); }
  SECTION("the words of the turn before are another matter") {
    bench.a->final("Book a table.");
    bench.hear(200ms);
    bench.a->final("Book a table.");
  }
  bench.run();
  bench.fail(*bench.a);
  REQUIRE(bench.b->lines.size() == 1);
  CHECK(Bench::given(bench.b->line()) == kept);
}

TEST_CASE("stt chain: while the next one catches up, partials don't go back") {
  Bench bench;
  bench.start();
  bench.hear(500ms);
  bench.a->partial("hello how are");
  bench.run();
  bench.fail(*bench.a);
  bench.b->partial("hello");
  bench.b->partial("hello how are you");
  bench.run();
  CHECK(bench.probe.record().partials ==
        std::vector<std::string>{"hello how are", "hello how are you"});
}

TEST_CASE("stt chain: a flush that is not answered in time goes to the next one") {
  Bench bench;
  bench.options.transcript = 400ms;
  bench.a->closes_on_cancel = false;
  bench.start();
  bench.hear(200ms);
  bench.stream->flush();
  bench.run(399ms);
  CHECK(bench.b->lines.empty());
  bench.run(1ms);
  REQUIRE(bench.b->lines.size() == 1);
  CHECK(Bench::given(bench.b->line()) == 200ms);
  CHECK(bench.b->line().log == "f");
  bench.b->final("hello");
  bench.a->lines.front()->sink->final({"too late", 1.0F, {}, {}});
  bench.run();
  CHECK(bench.probe.record().text() == "hello");
}

TEST_CASE("stt chain: the last recogniser that says nothing is tried again with the same audio") {
  Bench bench;
  bench.options.retries = 1;
  bench.options.backoff = Duration(0);
  bench.a->can.partials = true;
  bench.start(bench.only_a());
  bench.hear(200ms);
  bench.stream->flush();
  bench.run(999ms);
  CHECK(bench.a->lines.size() == 1);
  bench.run(1ms);  // half of the session's patience
  REQUIRE(bench.a->lines.size() == 2);
  CHECK(bench.observed.text() == "a delayed; stt a>a timeout");
  CHECK(Bench::given(bench.a->line()) == 200ms);
  CHECK(bench.a->line().log == "f");
  SECTION("and answers") {
    bench.a->final("hello");
    bench.run(10s);
    CHECK(bench.probe.record().log == "f");
  }
  SECTION("and is given up before the session loses its patience") {
    bench.run(999ms);
    CHECK(bench.probe.record().log == "ec");
    CHECK(bench.probe.record().error.code() == ErrorCode::kTimeout);
  }
}

TEST_CASE("stt chain: the last recogniser is left to the session while it may be of use") {
  Bench bench;
  bench.options.breaker_failures = 1;
  const bool words = GENERATE(false, true);  // ... or it sends no partials: it may be at work
  bench.a->can.partials = words;
  bench.start(bench.only_a());
  bench.hear(200ms);
  if (words) bench.a->partial("hel");
  bench.stream->flush();
  SECTION("it answers") {
    bench.run(60s);
    bench.a->final("hello");
    bench.run();
    CHECK(bench.probe.record().log.ends_with("f"));
  }
  SECTION("the session waits no longer: a failure") {
    bench.run(2s);
    bench.stream->cancel();
    CHECK(bench.observed.text() == "a delayed; a open");
  }
  SECTION("the session wants no more: none") {
    bench.run(1999ms);
    bench.stream->cancel();
    CHECK(bench.observed.text() == "a delayed");
  }
}

TEST_CASE("stt chain: half of a recogniser's time is told, once for each answer") {
  Bench bench;
  bench.options.transcript = 400ms;
  bench.start();
  for (int i = 0; i < 2; ++i) {
    bench.hear(200ms);
    bench.stream->flush();
    bench.run(399ms);
    bench.a->final("hello");
    bench.run(1s);
  }
  CHECK(bench.observed.text() == "a delayed; a delayed");
}

TEST_CASE("stt chain: a recogniser that takes no more audio is deaf after two seconds") {
  Bench bench;
  bench.start();
  bench.hear(100ms);
  bench.a->line().accepts = false;
  bench.hear(1900ms);
  CHECK(bench.b->lines.empty());
  bench.run(1s);
  REQUIRE(bench.b->lines.size() == 1);
  CHECK(Bench::given(bench.b->line()) >= 1s);
}

TEST_CASE("stt chain: a full recogniser makes the other side wait, and nothing is lost") {
  Bench bench;
  bench.start(bench.only_a());
  bench.a->line().accepts = false;
  const int taken = bench.hear(20s);
  CHECK(taken >= 750);
  CHECK(taken < 760);
  bench.a->line().accepts = true;
  bench.a->line().sink->writable();
  bench.run();
  CHECK(bench.probe.record().log == "w");
  CHECK(Bench::given(bench.a->line()) == taken * 20ms);
}

TEST_CASE("stt chain: room that a retry makes is told") {
  Bench bench;
  bench.options.retries = 1;
  bench.options.backoff = Duration(0);
  bench.start(bench.only_a());
  bench.a->line().accepts = false;
  const int taken = bench.hear(20s);
  bench.fail(*bench.a);
  REQUIRE(bench.a->lines.size() == 2);
  CHECK(bench.probe.record().log == "w");
  CHECK(Bench::given(bench.a->line()) == taken * 20ms);
}

TEST_CASE("stt chain: a recogniser of another rate gets what it wants") {
  Bench bench;
  bench.b->can.sample_rates = {8'000};
  bench.start();
  bench.hear(400ms);
  bench.fail(*bench.a);
  REQUIRE(bench.b->lines.size() == 1);
  CHECK(bench.b->line().rate == 8'000);
  CHECK(Bench::given(bench.b->line()) >= 380ms);
  CHECK(Bench::given(bench.b->line()) <= 400ms);
}

TEST_CASE("stt chain: a recogniser of another rate that is full now and then loses nothing") {
  Bench bench;
  bench.a->can.sample_rates = {8'000};
  bench.start(bench.only_a());
  const std::vector<std::int16_t> piece(80, 5'000);  // 5 ms
  for (int i = 0; i < 100; ++i) {
    bench.a->line().accepts = false;
    for (int pieces = 0; pieces < 4; ++pieces) REQUIRE(bench.stream->audio({piece, 16'000}));
    bench.a->line().accepts = true;
    bench.a->line().sink->writable();
    bench.run(20ms);
  }
  CHECK(Bench::given(bench.a->line()) >= 1980ms);
  CHECK(Bench::given(bench.a->line()) <= 2s);
}

TEST_CASE("stt chain: of a long utterance the last 15 s are kept") {
  Bench bench;
  bench.start();
  bench.hear(40s);
  bench.fail(*bench.a);
  REQUIRE(bench.b->lines.size() == 1);
  CHECK(Bench::given(bench.b->line()) >= 15s);
  CHECK(Bench::given(bench.b->line()) <= 17s);
}

TEST_CASE("stt chain: when all have failed the failure is told, once") {
  Bench bench;
  bench.start();
  bench.hear(100ms);
  bench.fail(*bench.a);
  bench.fail(*bench.b);
  CHECK(bench.probe.record().log == "ec");
}

TEST_CASE("stt chain: each utterance has its tries") {
  Bench bench;
  bench.options.retries = 1;
  bench.options.backoff = Duration(0);
  bench.start(bench.only_a());
  for (std::size_t i = 1; i <= 5; ++i) {
    bench.hear(100ms);
    bench.fail(*bench.a);
    REQUIRE(bench.a->lines.size() == i + 1);
    bench.stream->flush();
    bench.run();
    bench.a->final("yes");
    bench.run();
  }
  CHECK(bench.probe.record().log == "fffff");
}

TEST_CASE("stt chain: a cancelled stream closes when all behind it have") {
  Bench bench;
  bench.a->closes_on_cancel = false;
  bench.start();
  bench.stream->cancel();
  bench.run(10s);
  CHECK(bench.probe.record().log.empty());
  bench.a->line().close();
  bench.run();
  CHECK(bench.probe.record().log == "c");
}

TEST_CASE("stt chain: whoever is told of a failover may end it there: nobody else is asked") {
  Bench bench;
  bench.start();
  bench.hear(200ms);
  bench.observed.when_told = [&] { bench.stream->cancel(); };
  bench.fail(*bench.a);
  CHECK(bench.observed.text() == "stt a>b unavailable");
  CHECK(bench.b->lines.empty());
  CHECK(bench.probe.record().log == "c");
}

TEST_CASE("stt chain: who stands in does so for one utterance") {
  Bench bench;
  bench.options.breaker_failures = 1;
  bench.options.breaker_open = 30s;
  bench.start();
  bench.hear(200ms);
  bench.fail(*bench.a);
  const auto utterance = [&](SttPuppet& puppet) {
    bench.stream->flush();
    bench.run();
    puppet.final("yes");
    bench.run();
  };
  utterance(*bench.b);
  bench.run(10s);
  bench.hear(200ms);
  CHECK(bench.a->lines.size() == 1);  // it is left alone
  bench.run(30s);
  bench.hear(200ms);
  CHECK(bench.a->lines.size() == 1);  // not in mid-utterance
  utterance(*bench.b);
  bench.run(10s);
  bench.hear(200ms);
  REQUIRE(bench.a->lines.size() == 2);
  CHECK(Bench::given(bench.a->line()) == 200ms);
  CHECK(bench.b->lines.size() == 1);
  SECTION("it is back") {
    utterance(*bench.a);
    bench.hear(200ms);
    CHECK(bench.observed.text() == "a open; stt a>b unavailable; a half_open; a closed");
    CHECK(Bench::given(bench.a->line()) == 400ms);
  }
  SECTION("it fails again: the next one gets all that it heard") {
    bench.fail(*bench.a);
    REQUIRE(bench.b->lines.size() == 2);
    CHECK(Bench::given(bench.b->line()) == 200ms);
    utterance(*bench.b);
    CHECK(bench.observed.text() ==
          "a open; stt a>b unavailable; a half_open; a open; stt a>b unavailable");
  }
  CHECK(bench.probe.record().text() == "yes yes yes");
}

TEST_CASE(
    "stt chain: a recogniser that goes while it owes nothing rests until the next utterance") {
  Bench bench;
  bench.start();
  const auto utterance = [&] {
    bench.hear(200ms);
    bench.stream->flush();
    bench.run();
    bench.a->final("yes");
    bench.run();
  };
  utterance();
  for (std::size_t i = 1; i <= 5; ++i) {  // more often than it would be tried again
    if (i % 2 == 0) bench.a->line().sink->error({ErrorCode::kUnavailable, "no audio came"});
    bench.a->line().close();
    bench.run(10s);
    CHECK(bench.a->lines.size() == i);
    utterance();
    REQUIRE(bench.a->lines.size() == i + 1);
    CHECK(Bench::given(bench.a->line()) == 200ms);
  }
  CHECK(bench.probe.record().text() == "yes yes yes yes yes yes");
  CHECK(bench.observed.text().empty());
  CHECK(bench.b->lines.empty());
}

TEST_CASE("stt chain: whoever is done while the recogniser rests is told so, or answered") {
  Bench bench;
  bench.start();
  bench.hear(200ms);
  bench.stream->flush();
  bench.run();
  bench.a->final("yes");
  bench.a->line().close();
  bench.run();
  SECTION("finish") {
    bench.stream->finish();
    bench.run();
    CHECK(bench.probe.record().log == "fc");
  }
  SECTION("flush") {
    bench.stream->flush();
    bench.run();
    REQUIRE(bench.a->lines.size() == 2);
    bench.a->final("");
    bench.run();
    CHECK(bench.probe.record().log == "ff");
  }
}

TEST_CASE("stt chain: words that were settled unasked are no place to change the recogniser") {
  Bench bench;
  bench.start();
  bench.hear(200ms);
  bench.fail(*bench.a);
  bench.b->final("and");
  bench.run();
  bench.hear(200ms);
  CHECK(bench.a->lines.size() == 1);
}

TEST_CASE("stt chain: whoever is told that a breaker half-opens may end it there") {
  Bench bench;
  bench.options.breaker_failures = 1;
  bench.options.breaker_open = 1s;
  bench.start();
  bench.hear(200ms);
  bench.fail(*bench.a);
  bench.stream->flush();
  bench.run();
  bench.b->final("yes");
  bench.run(2s);
  bench.observed.when_told = [&] { bench.stream->cancel(); };
  bench.hear(20ms);
  bench.run();
  CHECK(bench.observed.text() == "a open; stt a>b unavailable; a half_open");
  CHECK(bench.a->lines.size() == 1);
  CHECK(bench.probe.record().log == "fc");
  CHECK(bench.health_a->breaker.admit(bench.time->now()).admitted);  // another session may try it
}
