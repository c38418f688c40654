// What TtsProvider and TtsStream promise, checked on every implementation, in virtual time and with
// threads.
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.h"
#include "support/tts_probe.h"
#include "support/workbench.h"
#include "voiceagent/sim.h"
#include "voiceagent/tts.h"
#if VOICEAGENT_WITH_FLITE
#include "providers/tts/flite/flite_tts.h"
#endif

using namespace voiceagent;
using test::TtsProbe;
using test::TtsRecord;
using test::Workbench;

namespace {

struct Implementation {
  std::string name;
  std::function<std::shared_ptr<TtsProvider>()> make;
  bool repeats_exactly = true;  // the same text gives the same samples
};

#if VOICEAGENT_WITH_FLITE
std::shared_ptr<TtsProvider> make_flite(const char* voice) {
  const Result<Options> options =
      check_options(flite_tts_info().options, Options().set("voice", std::string(voice)));
  return make_flite_tts(options.value(), {}).value();
}
#endif

std::vector<Implementation> implementations() {
  std::vector<Implementation> all;
#if VOICEAGENT_WITH_FLITE
  all.push_back({"flite kal16", [] { return make_flite("kal16"); }});
  all.push_back({"flite rms", [] { return make_flite("rms"); }, false});
#endif
  all.push_back({"scripted", [] { return sim::scripted_tts(); }});
  all.push_back({"from a function", [] {
                   return tts_from_function(
                       [](std::string_view text) -> Result<Pcm> { return sim::speak(text); });
                 }});
  return all;
}

// A provider on a bench, and a stream of it.
class Subject {
 public:
  Subject(const Implementation& implementation, Workbench bench, TtsProbe& probe)
      : bench_(std::move(bench)), provider_(implementation.make()), probe_(probe) {}

  // A stream may only go once it has said closed().
  ~Subject() {
    cancel();
    wait_closed();
    bench_.call([&] { stream_.reset(); });
  }

  Status start(std::string_view voice = {}) {
    Status status;
    bench_.call([&] {
      TtsRequest request;
      request.context = bench_.context();
      request.voice = voice;
      auto stream = provider_->start(request, probe_);
      status = stream.status();
      if (stream.ok()) stream_ = std::move(stream).value();
    });
    return status;
  }

  bool text(std::string_view piece) {
    bool accepted = false;
    on_stream([&](TtsStream& stream) { accepted = stream.text(piece); });
    return accepted;
  }
  void flush() {
    on_stream([](TtsStream& stream) { stream.flush(); });
  }
  void finish() {
    on_stream([](TtsStream& stream) { stream.finish(); });
  }
  void cancel() {
    on_stream([](TtsStream& stream) { stream.cancel(); });
  }
  void resume() {
    on_stream([](TtsStream& stream) { stream.resume(); });
  }

  template <class Reached>
  bool wait(Reached reached) {
    return bench_.wait(probe_, reached);
  }
  // Waits for the end, resuming whenever the sink has refused audio.
  bool wait_closed() {
    if (stream_ == nullptr) return true;
    std::int64_t refused = 0;
    while (wait([&](const TtsRecord& r) { return r.count('c') > 0 || r.count('f') > refused; })) {
      const TtsRecord record = probe_.record();
      if (record.count('c') > 0) return true;
      refused = record.count('f');
      resume();
    }
    return false;
  }

  const Workbench& bench() const { return bench_; }
  const TtsProvider& provider() const { return *provider_; }

 private:
  template <class Use>
  void on_stream(Use use) {
    if (stream_ == nullptr) return;
    bench_.call([&] { use(*stream_); });
  }

  Workbench bench_;
  std::shared_ptr<TtsProvider> provider_;
  TtsProbe& probe_;
  std::unique_ptr<TtsStream> stream_;
};

// Runs `check` for each implementation and each kind of time.
template <class Check>
void for_all(Check check) {
  for (const Implementation& implementation : implementations()) {
    DYNAMIC_SECTION(implementation.name << " in virtual time") {
      check(implementation, [] { return Workbench::virtual_time(); });
    }
    DYNAMIC_SECTION(implementation.name << " with threads") {
      check(implementation, [] { return Workbench::real_threads(); });
    }
  }
}

using MakeBench = std::function<Workbench()>;

// Closed once and last, whatever else was said, and nothing after an error.
void check_ended(const TtsRecord& record) {
  CAPTURE(record.log, record.error.message());
  CHECK(record.count('c') == 1);
  CHECK(record.log.back() == 'c');
  CHECK(record.count('e') <= 1);
  if (record.count('e') == 1) CHECK(record.log[record.log.size() - 2] == 'e');
}

// Speaks `pieces` to a willing sink.
TtsRecord speak(const Implementation& implementation, const MakeBench& bench,
                const std::vector<std::string>& pieces) {
  TtsProbe probe;
  Subject subject(implementation, bench(), probe);
  REQUIRE(subject.start().ok());
  for (const std::string& piece : pieces) REQUIRE(subject.text(piece));
  subject.finish();
  REQUIRE(subject.wait_closed());
  return probe.record();
}

const std::vector<std::string> kReply = {"Hello there, ", "it's $3.50 for two. ",
                                         "Is that all right?"};

}  // namespace

TEST_CASE("tts: a finished stream has spoken, is done, and is closed last") {
  for_all([](const Implementation& implementation, const MakeBench& bench) {
    const TtsRecord record = speak(implementation, bench, kReply);
    check_ended(record);
    CHECK(record.error.ok());
    CHECK(record.count('d') == 1);
    CHECK(record.log.substr(record.log.size() - 2) == "dc");
    CHECK(record.samples.size() > 16'000);
    CHECK(record.sample_rate == implementation.make()->capabilities().sample_rate);
  });
}

TEST_CASE("tts: each flush is answered by one done, after the audio of what came before it") {
  for_all([](const Implementation& implementation, const MakeBench& bench) {
    TtsProbe probe;
    Subject subject(implementation, bench(), probe);
    REQUIRE(subject.start().ok());
    subject.flush();
    REQUIRE(subject.wait([](const TtsRecord& r) { return r.count('d') == 1; }));
    CHECK(probe.record().samples.empty());
    REQUIRE(subject.text("First words."));
    subject.flush();
    REQUIRE(subject.text("Second words."));
    subject.flush();
    subject.flush();
    subject.finish();
    REQUIRE(subject.wait_closed());

    const TtsRecord record = probe.record();
    check_ended(record);
    std::string order;  // without repetitions
    for (const char c : record.log) {
      if (c != 't' && (c != 'a' || order.empty() || order.back() != 'a')) order += c;
    }
    CHECK(order == "dadadddc");
  });
}

TEST_CASE("tts: a stream without text is done and closed") {
  for_all([](const Implementation& implementation, const MakeBench& bench) {
    CHECK(speak(implementation, bench, {}).log == "dc");
  });
}

TEST_CASE("tts: cancel closes from any state, once") {
  for_all([](const Implementation& implementation, const MakeBench& bench) {
    const std::vector<std::pair<const char*, std::function<void(Subject&)>>> states = {
        {"nothing pushed", [](Subject&) {}},
        {"text pushed",
         [](Subject& s) {
           for (const auto& piece : kReply) s.text(piece);
         }},
        {"speaking",
         [](Subject& s) {
           for (const auto& piece : kReply) s.text(piece);
           s.wait([](const TtsRecord& r) { return r.count('a') > 0; });
         }},
        {"flushed",
         [](Subject& s) {
           s.text(kReply[0]);
           s.flush();
         }},
        {"finished",
         [](Subject& s) {
           s.text(kReply[0]);
           s.finish();
         }},
        {"closed",
         [](Subject& s) {
           s.text(kReply[0]);
           s.finish();
           s.wait_closed();
         }},
    };
    for (const auto& [name, reach] : states) {
      CAPTURE(name);
      TtsProbe probe;
      {
        Subject subject(implementation, bench(), probe);
        REQUIRE(subject.start().ok());
        reach(subject);
        subject.cancel();
        subject.cancel();
        CHECK(subject.wait_closed());
        subject.text("too late");
        subject.flush();
        subject.finish();
        subject.resume();
      }
      check_ended(probe.record());
      CHECK(probe.record().error.ok());
    }
  });
}

TEST_CASE("tts: text after finish is not spoken") {
  for_all([](const Implementation& implementation, const MakeBench& bench) {
    TtsProbe probe;
    Subject subject(implementation, bench(), probe);
    REQUIRE(subject.start().ok());
    subject.finish();
    subject.text("too late");
    subject.finish();
    REQUIRE(subject.wait_closed());
    CHECK(probe.record().log == "dc");
  });
}

TEST_CASE("tts: a sink that is full now and then gets the same audio") {
  for_all([](const Implementation& implementation, const MakeBench& bench) {
    const TtsRecord free = speak(implementation, bench, kReply);
    for (unsigned seed = 1; seed <= 5; ++seed) {
      CAPTURE(seed);
      TtsProbe probe;
      std::minstd_rand random(seed);
      probe.take = [&] { return random() % 4 != 0; };
      Subject subject(implementation, bench(), probe);
      REQUIRE(subject.start().ok());
      for (const std::string& piece : kReply) REQUIRE(subject.text(piece));
      subject.finish();
      REQUIRE(subject.wait_closed());
      const TtsRecord record = probe.record();
      check_ended(record);
      CHECK(record.count('f') > 0);
      CHECK(record.count('d') == 1);
      CHECK(record.samples.size() == free.samples.size());
      CHECK(record.spans.size() == free.spans.size());
      if (implementation.repeats_exactly) CHECK(record.samples == free.samples);
    }
  });
}

TEST_CASE("tts: any order of calls ends in one closed, and every done is owed") {
  for_all([](const Implementation& implementation, const MakeBench& bench) {
    if (!implementation.repeats_exactly) return;  // slow voices say nothing new
    for (unsigned seed = 1; seed <= 20; ++seed) {
      CAPTURE(seed);
      TtsProbe probe;
      std::minstd_rand refusals(seed);
      probe.take = [&] { return refusals() % 8 != 0; };
      std::minstd_rand random(seed);
      int flushes = 0;
      {
        Subject subject(implementation, bench(), probe);
        REQUIRE(subject.start().ok());
        for (auto calls = random() % 40; calls > 0; --calls) {
          const auto call = random() % 20;
          if (call < 10) {
            subject.text(kReply[call % kReply.size()]);
          } else if (call < 13) {
            subject.flush();
            ++flushes;
          } else {
            subject.resume();  // asked for or not
          }
        }
        if (seed % 2 == 0) {
          subject.finish();
          ++flushes;
          if (seed % 4 == 0) REQUIRE(subject.wait_closed());
        }
      }
      const TtsRecord record = probe.record();
      check_ended(record);
      CHECK(record.error.ok());
      CHECK(record.count('d') <= flushes);
      if (seed % 4 == 0) CHECK(record.count('d') == flushes);
    }
  });
}

TEST_CASE(
    "tts: a full sink holds no worker, is asked again only after resume, and can be cancelled") {
  for (const Implementation& implementation : implementations()) {
    DYNAMIC_SECTION(implementation.name) {
      TtsProbe probe;
      probe.take = [] { return false; };
      Subject subject(implementation, Workbench::real_threads(1), probe);
      REQUIRE(subject.start().ok());
      for (const std::string& piece : kReply) REQUIRE(subject.text(piece));
      subject.finish();
      REQUIRE(subject.wait([](const TtsRecord& r) { return r.count('f') == 1; }));
      // The only worker does something else meanwhile.
      std::promise<void> worked;
      REQUIRE(subject.bench().context().workers->submit([&] { worked.set_value(); }).ok());
      CHECK(worked.get_future().wait_for(std::chrono::minutes(1)) == std::future_status::ready);
      CHECK(probe.record().log.find_first_of("adc") == std::string::npos);
      CHECK(probe.record().count('f') == 1);
      subject.resume();
      CHECK(subject.wait([](const TtsRecord& r) { return r.count('f') == 2; }));
      subject.cancel();
      REQUIRE(subject.wait([](const TtsRecord& r) { return r.count('c') == 1; }));
      check_ended(probe.record());
    }
  }
}

TEST_CASE("tts: a stream that cannot speak on takes a bounded amount of text") {
  for_all([](const Implementation& implementation, const MakeBench& bench) {
    TtsProbe probe;
    probe.take = [] { return false; };
    Subject subject(implementation, bench(), probe);
    REQUIRE(subject.start().ok());
    int taken = 0;
    while (taken < 1000 && subject.text("And another sentence.")) ++taken;
    CHECK(taken > 1);
    CHECK(taken < 1000);
  });
}

TEST_CASE("tts: word timings are in order and inside the text and the audio") {
  for_all([](const Implementation& implementation, const MakeBench& bench) {
    if (!implementation.make()->capabilities().word_timings) return;
    std::string text;
    for (const std::string& piece : kReply) text += piece;
    const TtsRecord record = speak(implementation, bench, kReply);
    REQUIRE(record.spans.size() > 5);
    std::size_t byte = 0;
    std::int64_t sample = 0;
    for (const SpokenSpan& span : record.spans) {
      // What lies between two words is white space.
      CHECK(text.substr(byte, span.text.begin - byte).find_first_not_of(' ') == std::string::npos);
      CHECK(span.text.begin >= byte);
      CHECK(span.text.end > span.text.begin);
      CHECK(span.begin_sample >= sample);
      CHECK(span.end_sample > span.begin_sample);
      byte = span.text.end;
      sample = span.end_sample;
    }
    CHECK(text.find_first_not_of(' ', byte) == std::string::npos);
    CHECK(sample <= static_cast<std::int64_t>(record.samples.size()));
  });
}

TEST_CASE("tts: odd text is spoken or skipped, never an error") {
  for_all([](const Implementation& implementation, const MakeBench& bench) {
    const std::vector<std::string> pieces = {"",
                                             " \n\t ",
                                             "...",
                                             "\U0001F600",
                                             "\xFF\xFE\xC3 hm \xE2\x80",
                                             "\x01\x1B[31m",
                                             "\u4F60\u597D",
                                             "<b>&amp;</b>",
                                             "%s%n%d",
                                             std::string("a\0b", 3)};
    const TtsRecord record = speak(implementation, bench, pieces);
    check_ended(record);
    CHECK(record.error.ok());
    CHECK(record.count('d') == 1);
  });
}

TEST_CASE("tts: a piece of 4,096 bytes is taken whole") {
  for (const Implementation& implementation : implementations()) {
    if (!implementation.repeats_exactly) continue;  // slow voices say nothing new
    DYNAMIC_SECTION(implementation.name) {
      std::string sentence = "This is a sentence of some words, and it goes on. ";
      std::string text;
      while (text.size() + sentence.size() <= 4096) text += sentence;
      const MakeBench bench = [] { return Workbench::virtual_time(); };
      const TtsRecord record = speak(implementation, bench, {text, std::string(4096, 'x')});
      check_ended(record);
      CHECK(record.error.ok());
      CHECK(record.samples.size() > 16'000 * 60);
    }
  }
}

TEST_CASE("tts: a longer piece is refused or spoken, and the stream ends properly") {
  for_all([](const Implementation& implementation, const MakeBench& bench) {
    if (!implementation.repeats_exactly) return;
    TtsProbe probe;
    Subject subject(implementation, bench(), probe);
    REQUIRE(subject.start().ok());
    subject.text(std::string(4097, '7'));
    subject.finish();
    REQUIRE(subject.wait_closed());
    check_ended(probe.record());
    CHECK(
        (probe.record().error.ok() || probe.record().error.code() == ErrorCode::kInvalidArgument));
  });
}

TEST_CASE("tts: one provider serves several executors at once") {
  for (const Implementation& implementation : implementations()) {
    DYNAMIC_SECTION(implementation.name) {
      const TtsRecord alone = speak(
          implementation, [] { return Workbench::virtual_time(); }, kReply);
      const auto provider = implementation.make();
      const Implementation shared{implementation.name, [&] { return provider; }, true};
      std::vector<TtsProbe> probes(4);
      std::vector<std::thread> threads;
      for (TtsProbe& probe : probes) {
        threads.emplace_back([&] {
          Subject subject(shared, Workbench::real_threads(1), probe);
          if (!subject.start().ok()) return;
          for (const std::string& piece : kReply) subject.text(piece);
          subject.finish();
          subject.wait_closed();
        });
      }
      for (std::thread& thread : threads) thread.join();
      for (TtsProbe& probe : probes) {
        const TtsRecord record = probe.record();
        REQUIRE_FALSE(record.log.empty());
        check_ended(record);
        CHECK(record.samples.size() == alone.samples.size());
        if (implementation.repeats_exactly) CHECK(record.samples == alone.samples);
      }
    }
  }
}

TEST_CASE(
    "tts: an unknown voice is not found, the message names the known ones, nothing is called") {
  for (const Implementation& implementation : implementations()) {
    DYNAMIC_SECTION(implementation.name) {
      TtsProbe probe;
      Subject subject(implementation, Workbench::virtual_time(), probe);
      const std::vector<std::string>& voices = subject.provider().capabilities().voices;
      if (voices.empty()) return;
      const Status status = subject.start("no such voice");
      CHECK(status.code() == ErrorCode::kNotFound);
      for (const std::string& voice : voices) {
        CHECK(status.message().find(voice) != std::string::npos);
      }
      CHECK(probe.record().log.empty());
    }
  }
}

TEST_CASE("tts: every voice that a provider names can speak") {
  for (const Implementation& implementation : implementations()) {
    const auto provider = implementation.make();
    for (const std::string& voice : provider->capabilities().voices) {
      DYNAMIC_SECTION(implementation.name << ", voice " << voice) {
        TtsProbe probe;
        Subject subject(implementation, Workbench::virtual_time(), probe);
        REQUIRE(subject.start(voice).ok());
        CHECK(subject.text("Hello."));
        subject.finish();
        REQUIRE(subject.wait_closed());
        CHECK(probe.record().samples.size() > 1'000);
      }
    }
  }
}
