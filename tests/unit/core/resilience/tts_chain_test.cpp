// Synthesisers behind each other: what is heard is one sentence, each word once.
#include "core/resilience/tts_chain.h"

#include <string>
#include <vector>

#include "support/catch.h"
#include "support/chain_bench.h"
#include "support/tts_probe.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

struct Bench : ChainBench<TtsProvider, TtsPuppet> {
  TtsProbe probe;
  std::shared_ptr<FramePool> frames = FramePool::create(960, 64);
  std::shared_ptr<TtsChain> chain;
  std::unique_ptr<TtsStream> stream;

  Bench() {
    a->can.voices = {"anna"};
    b->can.voices = {"bert"};
  }
  ~Bench() { end(stream.get()); }
  void start() { start(both()); }
  void start(std::vector<ChainLink<TtsProvider>> links) {
    chain = std::make_shared<TtsChain>(std::move(links), options, frames);
    TtsRequest request;
    request.context = context();
    request.voice = "anna";
    request.session_id = "s";
    stream = std::move(*chain->start(request, probe));
    run();
  }
  void say(std::string_view clause) {
    REQUIRE(stream->text(clause));
    stream->flush();
    run();
  }
  // The times of the words of `text`, each 100 ms long at `rate`, from the stream's beginning.
  static void tell_words(TtsPuppet& puppet, std::string_view text, int rate = 16'000) {
    std::int64_t sample = 0;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find(' ', begin), text.size());
      puppet.line().sink->timing({{begin, end}, sample, sample + rate / 10});
      sample += rate / 10;
      begin = end + 1;
    }
  }
  void fail(TtsPuppet& puppet, ErrorCode code = ErrorCode::kUnavailable) {
    puppet.line().sink->error({code, "it broke"});
    puppet.line().close();
    run();
  }
  Duration audio() const {
    return samples_to_duration(static_cast<std::int64_t>(probe.record().samples.size()), 16'000);
  }
  // The last byte and the end, in ms, of each word that was timed.
  std::string spans() const {
    std::string all;
    for (const SpokenSpan& span : probe.record().spans) {
      all += (all.empty() ? "" : " ") + std::to_string(span.text.end) + "@" +
             std::to_string(span.end_sample / 16);
    }
    return all;
  }
  std::string calls() const {
    std::string log;
    for (const char c : probe.record().log) {
      if (c != 'a' && c != 't') log += c;
    }
    return log;
  }
};

}  // namespace

TEST_CASE("tts chain: good speech passes through, with its answers, and the stream closes") {
  Bench bench;
  bench.start();
  bench.say("one two.");
  CHECK(bench.a->speak(200ms));
  bench.a->line().sink->done();
  bench.stream->finish();
  bench.run();
  bench.a->line().sink->done();
  bench.a->line().close();
  bench.run();
  CHECK(bench.audio() == 200ms);
  CHECK(bench.calls() == "ddc");
  CHECK(bench.b->lines.empty());
  CHECK(bench.a->line().log == "tfF");
}

TEST_CASE("tts chain: before the first audio the next voice says all of it") {
  Bench bench;
  SECTION("an error") {
    bench.start();
    bench.say("one two.");
    bench.fail(*bench.a);
  }
  SECTION("a start that fails") {
    bench.a->start_status = unavailable("no");
    bench.start();
    bench.say("one two.");
  }
  SECTION("no audio by the deadline") {
    bench.options.first_audio = 500ms;
    bench.start();
    bench.say("one two.");
    bench.run(499ms);
    CHECK(bench.b->lines.empty());
    bench.run(1ms);
  }
  REQUIRE(bench.b->lines.size() == 1);
  CHECK(bench.b->line().texts == std::vector<std::string>{"one two."});
  CHECK(bench.b->line().log == "tf");
}

TEST_CASE("tts chain: in mid-sentence the next voice goes on with the next word") {
  Bench bench;
  bench.start();
  bench.say("one two three four five six seven eight nine ten");
  Bench::tell_words(*bench.a, "one two three four five six seven eight nine ten");
  CHECK(bench.a->speak(500ms));  // five words: far enough ahead
  bench.run();
  CHECK(bench.a->speak(50ms));  // half of "six"
  bench.run();
  CHECK(bench.audio() == 500ms);
  bench.fail(*bench.a);
  REQUIRE(bench.b->lines.size() == 1);
  CHECK(bench.b->line().texts == std::vector<std::string>{" six seven eight nine ten"});
  Bench::tell_words(*bench.b, " six seven eight nine ten");
  CHECK(bench.b->speak(600ms));
  bench.b->line().sink->done();
  bench.run();
  CHECK(bench.audio() == 1100ms);
  CHECK(bench.calls() == "d");
  CHECK(bench.spans().starts_with("3@100 7@200 13@300 18@400 23@500"));
  CHECK(bench.spans().ends_with("48@1100"));
  CHECK(bench.observed.text() == "tts a>b unavailable started");
}

TEST_CASE("tts chain: a stall in mid-sentence is a failure too") {
  Bench bench;
  bench.options.audio_stall = 300ms;
  bench.start();
  bench.say("one two three");
  Bench::tell_words(*bench.a, "one two three");
  CHECK(bench.a->speak(100ms));
  bench.run(299ms);
  CHECK(bench.b->lines.empty());
  bench.run(1ms);
  REQUIRE(bench.b->lines.size() == 1);
  CHECK(bench.b->line().texts == std::vector<std::string>{" two three"});
}

TEST_CASE("tts chain: a voice of another rate is brought to the first one's") {
  Bench bench;
  bench.b->can.sample_rate = 8'000;
  bench.start();
  bench.say("one two");
  Bench::tell_words(*bench.a, "one two");
  CHECK(bench.a->speak(100ms));
  bench.fail(*bench.a);
  Bench::tell_words(*bench.b, " two", 8'000);
  CHECK(bench.b->speak(200ms, 8'000));
  bench.stream->finish();
  bench.run();
  bench.b->line().sink->done();
  bench.b->line().sink->done();
  bench.b->line().close();
  bench.run();
  CHECK(bench.probe.record().sample_rate == 16'000);
  CHECK(bench.audio() >= 299ms);
  CHECK(bench.audio() <= 301ms);
  CHECK(bench.spans().ends_with("7@300"));
}

TEST_CASE("tts chain: without timings the place is guessed, and the words get times") {
  Bench bench;
  bench.start();
  bench.say("one two three four");
  CHECK(bench.a->speak(500ms));  // seven or eight characters, at a usual pace
  bench.run();
  bench.fail(*bench.a);
  REQUIRE(bench.b->lines.size() == 1);
  CHECK(bench.b->line().texts == std::vector<std::string>{" three four"});
  CHECK(bench.b->speak(500ms));
  bench.b->line().sink->done();
  bench.run();
  CHECK(bench.spans() == "3@214 7@500 13@772 18@1000");
}

TEST_CASE("tts chain: clauses that were spoken are not spoken again, those that wait are") {
  Bench bench;
  bench.start();
  bench.say("one two.");
  bench.say(" three four.");
  bench.say(" five.");
  CHECK(bench.a->speak(200ms));
  bench.a->line().sink->done();
  bench.run();
  bench.fail(*bench.a);
  REQUIRE(bench.b->lines.size() == 1);
  CHECK(bench.b->line().texts == std::vector<std::string>{" three four.", " five."});
  CHECK(bench.b->line().log == "tftf");
  bench.stream->finish();
  bench.run();
  CHECK(bench.b->line().log == "tftfF");
}

TEST_CASE("tts chain: a full sink stops the synthesiser within 200 ms and loses nothing") {
  Bench bench;
  bool room = false;
  bench.probe.take = [&room] { return room; };
  bench.start();
  bench.say("one");
  for (int i = 0; i < 200; ++i) (void)bench.a->speak(20ms);
  CHECK_FALSE(bench.a->speak(20ms));
  bench.run(60s);
  CHECK(bench.b->lines.empty());  // it waits for us
  room = true;
  bench.stream->resume();
  bench.run();
  CHECK(bench.a->line().log == "tfr");
  CHECK(bench.audio() == 200ms);
}

TEST_CASE("tts chain: a lone voice is tried once more where it broke off, then given up") {
  Bench bench;
  bench.options.retries = 1;
  bench.start(bench.only_a());
  bench.say("one two");
  Bench::tell_words(*bench.a, "one two");
  CHECK(bench.a->speak(100ms));
  bench.fail(*bench.a);
  bench.run(100ms);
  REQUIRE(bench.a->lines.size() == 2);
  CHECK(bench.a->line().texts == std::vector<std::string>{" two"});
  bench.fail(*bench.a);
  CHECK(bench.calls() == "ec");
}

TEST_CASE("tts chain: who gives no sound for text has failed, and the next voice says it") {
  Bench bench;
  bench.start();
  bench.say("one two.");
  const auto answer = [&] {
    bench.a->line().sink->done();
    bench.run();
  };
  std::string rest = "one two.";
  SECTION("it closes") {
    answer();
    bench.stream->finish();
    bench.run();
    answer();
    bench.a->line().close();
    bench.run();
    CHECK(bench.observed.text() == "tts a>b protocol");
  }
  SECTION("it closes before it was told to") {
    answer();
    bench.a->line().close();
    bench.run();
    CHECK(bench.observed.text() == "tts a>b protocol");
  }
  SECTION("it stays, by the deadline") {
    answer();
    bench.run(3999ms);
    CHECK(bench.b->lines.empty());
    bench.run(1ms);
    CHECK(bench.observed.text() == "a delayed; tts a>b protocol");
  }
  SECTION("for the last clause only") {
    CHECK(bench.a->speak(200ms));
    answer();
    rest = " three.";
    bench.say(rest);
    answer();
    bench.stream->finish();
    bench.run();
    if (GENERATE(false, true)) {
      answer();
      bench.a->line().close();
      bench.run();
    } else {
      bench.run(4s);
    }
    CHECK(bench.observed.text().ends_with("tts a>b protocol started"));
  }
  REQUIRE(bench.b->lines.size() == 1);
  CHECK(bench.b->line().texts == std::vector<std::string>{rest});
}

TEST_CASE("tts chain: a lone voice without a sound is tried once more, then it is an error") {
  Bench bench;
  bench.options.retries = 1;
  bench.options.breaker_failures = 2;
  bench.start(bench.only_a());
  bench.say("one two.");
  bench.stream->finish();
  for (int i = 0; i < 2; ++i) {
    bench.a->line().sink->done();
    bench.a->line().sink->done();
    bench.a->line().close();
    bench.run(100ms);
  }
  CHECK(bench.observed.text() == "tts a>a protocol; a open");
  CHECK(bench.probe.record().error.code() == ErrorCode::kProtocol);
  CHECK(bench.calls().ends_with("ec"));
}

TEST_CASE("tts chain: what has no letters needs no sound, and one clause among others is let be") {
  Bench bench;
  bench.start();
  SECTION("no letters") {
    bench.say("\u263A\U0001F642\uFE0F \u2026!");
    bench.a->line().sink->done();
  }
  SECTION("one clause among others") {
    for (const std::string_view clause : {"one.", " two.", " three."}) {
      bench.say(clause);
      if (clause != " two.") CHECK(bench.a->speak(200ms));
      bench.a->line().sink->done();
      bench.run();
    }
  }
  bench.stream->finish();
  bench.run();
  bench.a->line().sink->done();
  bench.a->line().close();
  bench.run();
  CHECK(bench.b->lines.empty());
  CHECK(bench.calls().ends_with("dc"));
  CHECK(bench.probe.record().count('e') == 0);
}

TEST_CASE("tts chain: a voice that owes nothing may take its time, and isn't late for the end") {
  Bench bench;
  bench.start();
  bench.say("one.");
  CHECK(bench.a->speak(200ms));
  bench.a->line().sink->done();
  bench.run(60s);  // a tool's
  bench.stream->finish();
  bench.run(3999ms);
  CHECK(bench.b->lines.empty());
  bench.a->line().sink->done();
  bench.a->line().close();
  bench.run();
  CHECK(bench.calls() == "ddc");
}

TEST_CASE(
    "tts chain: who goes away owing nothing has not failed, and is asked again by more text") {
  Bench bench;
  bench.options.breaker_failures = 1;
  bench.start();
  const bool error = GENERATE(false, true);
  for (std::size_t i = 1; i <= 4; ++i) {
    bench.say("one.");
    REQUIRE(bench.a->lines.size() == i);
    CHECK(bench.a->line().texts == std::vector<std::string>{"one."});
    bench.a->line().sink->timing({{0, 4}, 0, 3'200});
    CHECK(bench.a->speak(200ms));
    bench.a->line().sink->done();
    bench.run(1s);
    if (error) bench.a->line().sink->error({ErrorCode::kTimeout, "idle"});
    bench.a->line().close();
    bench.run(60s);
  }
  CHECK(bench.observed.text().empty());
  bench.stream->finish();
  bench.run();
  CHECK(bench.a->lines.size() == 4);
  CHECK(bench.calls() == "ddddc");
  CHECK(bench.audio() == 800ms);
  CHECK(bench.spans() == "4@200 8@400 12@600 16@800");
}

TEST_CASE("tts chain: each clause has its tries") {
  Bench bench;
  bench.options.retries = 1;
  bench.options.backoff = Duration(0);
  bench.start(bench.only_a());
  for (std::size_t i = 1; i <= 5; ++i) {
    bench.say("one.");
    bench.fail(*bench.a);
    REQUIRE(bench.a->lines.size() == i + 1);
    CHECK(bench.a->speak(200ms));
    bench.a->line().sink->done();
    bench.run();
  }
  CHECK(bench.calls() == "ddddd");
}

TEST_CASE("tts chain: a cancelled stream tries nobody else and closes") {
  Bench bench;
  bench.start();
  bench.say("one two");
  bench.stream->cancel();
  bench.run(60s);
  CHECK(bench.calls() == "c");
  CHECK(bench.b->lines.empty());
  CHECK(bench.a->line().log == "tfc");
}

TEST_CASE("tts chain: who never closes holds up the close alone") {
  Bench bench;
  bench.a->closes_on_cancel = false;
  bench.options.first_audio = 100ms;
  bench.start();
  bench.say("one");
  bench.run(100ms);
  REQUIRE(bench.b->lines.size() == 1);
  bench.stream->finish();
  CHECK(bench.b->speak(100ms));
  bench.b->line().sink->done();
  bench.b->line().sink->done();
  bench.b->line().close();
  bench.run();
  CHECK(bench.audio() == 100ms);
  CHECK(bench.calls() == "dd");
  bench.a->lines.front()->close();
  bench.run();
  CHECK(bench.calls() == "ddc");
}

TEST_CASE("tts chain: whoever is told of a failover may end it there: nobody else is asked") {
  Bench bench;
  bench.start();
  bench.say("one two.");
  bench.observed.when_told = [&] { bench.stream->cancel(); };
  bench.fail(*bench.a);
  CHECK(bench.observed.text() == "tts a>b unavailable");
  CHECK(bench.b->lines.empty());
  CHECK(bench.calls() == "c");
}

TEST_CASE("tts chain: a voice that never pauses goes on in whole words sooner") {
  Bench bench;
  for (int i = 0; i < 20; ++i) bench.health_a->audio_pause.add(20ms);
  bench.start();
  bench.say("one two three");
  Bench::tell_words(*bench.a, "one two three");
  CHECK(bench.a->speak(200ms));  // two words: far enough ahead
  bench.run();
  CHECK(bench.a->speak(50ms));  // half of "three"
  bench.run();
  CHECK(bench.audio() == 200ms);
  bench.fail(*bench.a);
  CHECK(bench.b->line().texts == std::vector<std::string>{" three"});
}

TEST_CASE("tts chain: the longest pause of a stream is remembered") {
  Bench bench;
  for (int i = 0; i < 19; ++i) bench.health_a->audio_pause.add(20ms);
  bench.start();
  bench.say("one two");
  bench.run(500ms);  // before its first audio
  CHECK(bench.a->speak(100ms));
  bench.run(70ms);
  CHECK(bench.a->speak(100ms));
  bench.a->line().sink->done();
  bench.stream->finish();
  bench.run();
  bench.a->line().sink->done();
  bench.a->line().close();
  bench.run();
  CHECK(bench.health_a->audio_pause.percentile(1.0) == Duration(70ms));
}
