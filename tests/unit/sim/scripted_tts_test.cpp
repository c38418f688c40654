// The scripted synthesiser: its audio and timings, and what goes wrong when it is told to.
#include <algorithm>

#include "sim/speech.h"
#include "support/catch.h"
#include "support/tts_probe.h"
#include "voiceagent/sim.h"

namespace voiceagent::sim {
namespace {

using namespace std::chrono_literals;
using test::TtsProbe;
using test::TtsRecord;

struct Stand {
  explicit Stand(const TtsScript& script) : provider(scripted_tts(script)) { restart(); }
  ~Stand() {
    if (stream != nullptr) stream->cancel();
    time->run_until_idle(1h);
  }
  Stand(const Stand&) = delete;
  Stand& operator=(const Stand&) = delete;

  void restart() {
    TtsRequest request;
    request.context = {time.get(), workers.get(), logger.get()};
    Result<std::unique_ptr<TtsStream>> started = provider->start(request, probe);
    if (started.ok()) stream = std::move(*started);
  }
  void say(std::string_view text) {
    CHECK(stream->text(text));
    stream->flush();
  }
  TtsRecord finish() {
    stream->finish();
    const Time start = time->now();
    time->run_until_idle(1h);
    took = time->now() - start;
    return probe.record();
  }

  std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  std::shared_ptr<WorkerPool> workers = time->workers();
  std::shared_ptr<Logger> logger = make_null_logger();
  std::shared_ptr<TtsProvider> provider;
  TtsProbe probe;
  std::unique_ptr<TtsStream> stream;
  Duration took{0};
};

TtsScript broken(double Faults::*what, std::uint64_t seed = 1) {
  TtsScript script;
  script.faults.*what = 1.0;
  script.seed = seed;
  return script;
}

std::string read(const TtsRecord& record) {
  SpeechReader reader;
  reader.add(record.samples);
  return reader.text();
}

TEST_CASE("a scripted synthesiser spells its text, with the times of the words") {
  Stand stand({});
  stand.say("hello ");
  stand.say("you");
  const TtsRecord record = stand.finish();
  CHECK(read(record) == "hello you");
  REQUIRE(record.spans.size() == 2);
  CHECK(record.spans[1].text.begin == 6);
  CHECK(record.spans[1].begin_sample == 6 * 960);
  CHECK(record.spans[1].end_sample == 9 * 960);
  CHECK(record.count('d') == 3);
  CHECK(stand.took == 20ms);
}

TEST_CASE("the pieces of a scripted synthesiser's audio make up the speech of its text") {
  TtsScript script;
  script.sample_rate = 24'000;
  script.chunk = 7ms;  // neither a character nor a period of its sound ends there
  Stand stand(script);
  stand.say("hello, all of you");
  std::vector<std::int16_t> whole(speech_samples("hello, all of you", 24'000));
  speak_part("hello, all of you", 24'000, 0, whole);
  CHECK(stand.finish().samples == whole);
}

TEST_CASE("each sample of a numbering synthesiser says where it comes from") {
  TtsScript script;
  script.numbered = true;
  script.sample_rate = 24'000;
  Stand stand(script);
  stand.restart();
  stand.say("hello ");
  stand.say("you");
  const TtsRecord record = stand.finish();
  const std::span<const std::int16_t> samples = record.samples;
  for (const std::size_t at : {0U, 1U, 7U, 8U, 1'001U, 8'640U, 9'999U}) {
    const SampleOrigin origin = origin_of(samples.subspan(at));
    CHECK(origin.stream == 2);
    CHECK(origin.sample == static_cast<std::int64_t>(at));
  }
  CHECK(origin_of(samples.subspan(3, 15)).sample == 3);
  CHECK(origin_of(samples.subspan(3, 7)).stream == 0);
  CHECK(origin_of(silence(100ms).samples).stream == 0);
  CHECK(origin_of(speak("hello").samples).stream == 0);
}

TEST_CASE("a scripted synthesiser makes its audio at its speed") {
  TtsScript script;
  script.speed = 0.5;
  script.first_audio = Latency(100ms);
  Stand stand(script);
  stand.say("hello");  // 300 ms
  CHECK(read(stand.finish()) == "hello");
  CHECK(stand.took == 700ms);
}

TEST_CASE("a scripted synthesiser gives no timings, or chunks of another length, when told to") {
  TtsScript script;
  script.word_timings = false;
  script.chunk = 100ms;
  Stand stand(script);
  CHECK_FALSE(stand.provider->capabilities().word_timings);
  stand.say("hello");
  CHECK(stand.finish().log == "aaaddc");
}

TEST_CASE("odd chunks carry the same audio") {
  Stand plain({});
  Stand odd(broken(&Faults::odd_audio));
  for (Stand* stand : {&plain, &odd}) stand->say("the quick brown fox");
  const TtsRecord expected = plain.finish();
  const TtsRecord record = odd.finish();
  CHECK(record.samples == expected.samples);
  CHECK(record.count('a') != expected.count('a'));
}

TEST_CASE("a scripted synthesiser goes on where it was refused") {
  for (const double speed : {0.0, 2.0}) {
    TtsScript script;
    script.speed = speed;
    Stand stand(script);
    bool open = false;
    stand.probe.take = [&open] { return open; };
    stand.say("hello");
    stand.time->run_for(1s);
    CHECK(stand.probe.record().is_full());
    open = true;
    stand.stream->resume();
    CHECK(read(stand.finish()) == "hello");
  }
}

TEST_CASE("a scripted synthesiser refuses to start, fails, closes or stalls") {
  CHECK(Stand(broken(&Faults::refused_start)).stream == nullptr);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    for (double Faults::*const fate : {&Faults::error, &Faults::disconnect, &Faults::stall}) {
      for (const char* const text : {"one two three", "a"}) {
        Stand stand(broken(fate, seed));
        stand.say(text);
        const std::string log = stand.finish().log;
        CHECK(std::ranges::count(log, 'd') < 2);  // what it was asked to say, not that it is over
        CHECK(log.ends_with("ec") == (fate == &Faults::error));
        CHECK(log.ends_with('c') == (fate != &Faults::stall));
      }
    }
  }
}

TEST_CASE("a scripted synthesiser goes on for a while after cancel(), and then closes") {
  int late = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    TtsScript script = broken(&Faults::late_close, seed);
    script.speed = 1.0;
    Stand stand(script);
    stand.say("one two three");
    stand.time->run_for(100ms);
    const std::int64_t before = stand.probe.record().count('a');
    stand.stream->cancel();
    stand.time->run_until_idle(1h);
    CHECK(stand.probe.record().log.ends_with('c'));
    late += stand.probe.record().count('a') > before ? 1 : 0;
  }
  CHECK(late > 5);
}

}  // namespace
}  // namespace voiceagent::sim
