// The scripted recogniser: what it understands, and what goes wrong when it is told to.
#include "base/text.h"
#include "support/catch.h"
#include "support/stt_probe.h"
#include "voiceagent/sim.h"

namespace voiceagent::sim {
namespace {

using namespace std::chrono_literals;
using test::SttProbe;
using test::SttRecord;

// Virtual time and one stream.
struct Stand {
  explicit Stand(const SttScript& script) : provider(scripted_stt(script)) {
    SttRequest request;
    request.context = {time.get(), workers.get(), logger.get()};
    Result<std::unique_ptr<SttStream>> started = provider->start(request, probe);
    if (started.ok()) stream = std::move(*started);
  }
  ~Stand() {
    if (stream != nullptr) stream->cancel();
    time->run_until_idle(1h);
  }
  Stand(const Stand&) = delete;
  Stand& operator=(const Stand&) = delete;

  // In frames of 20 ms in step with the clock.
  void hear(const Pcm& audio) {
    for (std::span<const std::int16_t> rest = audio.samples; !rest.empty();) {
      const auto frame = rest.first(std::min<std::size_t>(320, rest.size()));
      rest = rest.subspan(frame.size());
      taken += stream->audio({frame, audio.sample_rate}) ? 1 : 0;
      time->run_for(20ms);
    }
  }
  void say(std::string_view text) { hear(speak(text)); }
  void pause(Duration length) { hear(silence(length)); }
  std::string settle() {
    stream->flush();
    time->run_for(10s);
    return probe.record().text();
  }

  std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  std::shared_ptr<WorkerPool> workers = time->workers();
  std::shared_ptr<Logger> logger = make_null_logger();
  std::shared_ptr<SttProvider> provider;
  SttProbe probe;
  std::unique_ptr<SttStream> stream;
  int taken = 0;
};

SttScript broken(double Faults::*what, std::uint64_t seed = 1) {
  SttScript script;
  script.faults.*what = 1.0;
  script.seed = seed;
  return script;
}

TEST_CASE("a scripted recogniser understands what is said, with the times of the words") {
  Stand stand({});
  stand.pause(100ms);
  stand.say("good day");
  CHECK(stand.settle() == "good day");
  const SttRecord record = stand.probe.record();
  REQUIRE(record.finals.size() == 1);
  REQUIRE(record.finals[0].words.size() == 2);
  CHECK(record.finals[0].words[1].text == "day");
  CHECK(record.finals[0].words[1].start == 400ms);
  CHECK(record.finals[0].words[1].end == 580ms);
  CHECK_FALSE(record.partials.empty());
}

TEST_CASE("a scripted recogniser without partials or word times says so, and gives none") {
  SttScript script;
  script.partial_interval = Duration(0);
  script.word_times = false;
  Stand stand(script);
  CHECK_FALSE(stand.provider->capabilities().partials);
  CHECK_FALSE(stand.provider->capabilities().word_times);
  stand.say("good day");
  CHECK(stand.settle() == "good day");
  CHECK(stand.probe.record().log == "f");
  CHECK(stand.probe.record().finals[0].words.empty());
}

TEST_CASE("a scripted recogniser mishears its share of the words, the same way each time") {
  SttScript script;
  script.word_errors = 0.5;
  script.seed = 3;
  std::string said;
  for (int i = 10; i < 90; ++i) said += "w" + std::to_string(i) + ' ';
  std::string texts[2];
  for (std::string& text : texts) {
    Stand stand(script);
    stand.say(said);
    text = stand.settle();
    CHECK(text.starts_with(stand.probe.record().partials.back().substr(0, 60)));
  }
  CHECK(texts[0] == texts[1]);
  const auto words = split_words(texts[0]);
  CHECK(words.size() > 45);
  CHECK(words.size() < 75);
  const auto garbled = std::ranges::count_if(words, [](auto word) { return word.front() == 'z'; });
  CHECK(garbled > 8);
  CHECK(garbled < 32);
}

TEST_CASE("partials and finals are late by the latencies, and come in order") {
  SttScript script;
  script.partial_delay = Latency(50ms, 400ms);
  script.final_delay = Latency(20ms, 300ms);
  Stand stand(script);
  stand.say("one two three four five six seven");
  CHECK(stand.settle() == "one two three four five six seven");
  const SttRecord record = stand.probe.record();
  CHECK(record.log.ends_with("pf"));
  for (std::size_t i = 1; i < record.partials.size(); ++i) {
    CHECK(record.partials[i].starts_with(record.partials[i - 1]));
  }
}

TEST_CASE("a scripted recogniser settles words at pauses without being asked") {
  SttScript script;
  script.unasked_finals = 1.0;
  Stand stand(script);
  stand.say("one two");
  stand.pause(300ms);
  CHECK(stand.probe.record().text() == "one two");
  stand.say("three");
  CHECK(stand.settle() == "one two three");
  CHECK(stand.probe.record().count('f') == 2);
}

TEST_CASE("a scripted recogniser with turn signals says when the turn may be, and is, over") {
  SttScript script;
  script.turn_signal = 400ms;
  Stand stand(script);
  CHECK(stand.provider->capabilities().turn_signals);
  stand.pause(1s);
  CHECK(stand.probe.record().count('s') == 0);
  stand.say("one two");
  stand.pause(260ms);
  CHECK(stand.probe.record().count('s') == 1);
  stand.say("three");
  CHECK(stand.probe.record().count('s') == 2);
  stand.pause(600ms);
  CHECK(stand.probe.record().count('s') == 4);
}

TEST_CASE("a scripted recogniser refuses to start without a callback") {
  const Stand stand(broken(&Faults::refused_start));
  CHECK(stand.stream == nullptr);
  CHECK(stand.probe.record().log.empty());
}

TEST_CASE("a scripted recogniser fails, closes or stalls among its callbacks") {
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    for (double Faults::*const fate : {&Faults::error, &Faults::disconnect, &Faults::stall}) {
      Stand stand(broken(fate, seed));
      stand.say("one two three four five six seven eight nine ten one two three");
      (void)stand.settle();
      const std::string log = stand.probe.record().log;
      CHECK(log.find('f') == std::string::npos);
      CHECK(log.ends_with("ec") == (fate == &Faults::error));
      CHECK(log.ends_with('c') == (fate != &Faults::stall));
      const int before = stand.taken;
      stand.pause(20ms);
      refused += fate == &Faults::stall && stand.taken == before ? 1 : 0;
    }
  }
  CHECK(refused > 0);
  CHECK(refused < 10);
}

TEST_CASE("a scripted recogniser that hears little fails, closes or stalls when it is finished") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    for (double Faults::*const fate : {&Faults::error, &Faults::disconnect, &Faults::stall}) {
      Stand stand(broken(fate, seed));
      stand.say("a");
      stand.stream->finish();
      stand.time->run_for(10s);
      const std::string log = stand.probe.record().log;
      CHECK(log.ends_with("ec") == (fate == &Faults::error));
      CHECK(log.ends_with('c') == (fate != &Faults::stall));
    }
  }
}

TEST_CASE("a scripted recogniser's final comes twice, or after the partial that it settles") {
  Stand twice(broken(&Faults::duplicate));
  twice.say("hello");
  CHECK(twice.settle() == "hello hello");

  Stand swapped(broken(&Faults::out_of_order, 2));
  swapped.say("one two three four");
  (void)swapped.settle();
  const SttRecord record = swapped.probe.record();
  REQUIRE(record.partials.size() > 2);
  CHECK(record.partials[0].size() > record.partials[1].size());
}

}  // namespace
}  // namespace voiceagent::sim
