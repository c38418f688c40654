// What SttProvider and SttStream promise, checked on every implementation, in virtual time and with
// threads.
#include <algorithm>
#include <functional>
#include <list>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/signals.h"
#include "support/speech.h"
#include "support/stt_subject.h"
#include "voiceagent/sim.h"
#include "voiceagent/stt.h"
#if VOICEAGENT_WITH_POCKETSPHINX
#include "providers/stt/pocketsphinx/pocketsphinx_stt.h"
#endif

using namespace voiceagent;
using test::Samples;
using test::SttFinal;
using test::SttRecord;
using test::SttSubject;
using test::Workbench;

namespace {

struct Implementation {
  std::string name;
  std::shared_ptr<SttProvider> provider;
  Samples phrase;  // something it understands
};

Samples simulated(std::string_view text) {
  Samples samples = sim::speak(text).samples;
  samples.resize(samples.size() + 8'000);
  return samples;
}

#if VOICEAGENT_WITH_POCKETSPHINX
std::shared_ptr<SttProvider> pocketsphinx(const char* decode) {
  Options given;
  given.set("decode", std::string(decode));
  // More streams than decoders may have to wait long on a busy machine.
  given.set("decoder_timeout_ms", std::int64_t{600'000});
  const Result<Options> options = check_options(pocketsphinx_stt_info().options, given);
  const ProviderContext context{nullptr, make_null_logger()};
  Result<std::shared_ptr<SttProvider>> made = make_pocketsphinx_stt(options.value(), context);
  INFO(made.status().message());
  REQUIRE(made.ok());
  return std::move(made).value();
}

Samples phrase_of_a_voice() {
  const auto pcm = test::spoken("what time is it");
  const std::chrono::milliseconds pause(400);
  const Pcm voice = pcm ? *pcm : Pcm{test::voice_like(16'000, 24'000), 16'000};
  return test::in_a_room(voice, pause, pause).samples;
}
#endif

// Made once: a recogniser's models take time to load.
const std::vector<Implementation>& implementations() {
  static const std::vector<Implementation> all = [] {
    std::vector<Implementation> made;
    made.push_back({"scripted", sim::scripted_stt(), simulated("what time is it")});
    made.push_back({"from a function",
                    stt_from_function([](AudioView audio) -> Result<OwnedTranscript> {
                      sim::SpeechReader reader;
                      reader.add(audio.samples);
                      return OwnedTranscript{reader.text(), 0.5F};
                    }),
                    simulated("what time is it")});
#if VOICEAGENT_WITH_POCKETSPHINX
    const Samples phrase = phrase_of_a_voice();
    made.push_back({"pocketsphinx live", pocketsphinx("live"), phrase});
    made.push_back({"pocketsphinx whole", pocketsphinx("whole"), phrase});
#endif
    return made;
  }();
  return all;
}

// Runs `check` for each implementation and each kind of time.
template <class Check>
void for_all(Check check) {
  for (const Implementation& implementation : implementations()) {
    DYNAMIC_SECTION(implementation.name << " in virtual time") {
      check(implementation, Workbench::virtual_time());
    }
    DYNAMIC_SECTION(implementation.name << " with threads") {
      check(implementation, Workbench::real_threads());
    }
  }
}

// Closed once and last, without an error.
void check_ended_well(const SttRecord& record) {
  CAPTURE(record.log, record.error.message());
  CHECK(record.count('c') == 1);
  CHECK(record.log.back() == 'c');
  CHECK(record.count('e') == 0);
}

// What a stream of its own makes of samples that it gets in chunks.
SttRecord recognise(const Implementation& implementation, const Workbench& bench,
                    std::span<const std::int16_t> samples, std::size_t chunk = 320) {
  SttSubject subject(implementation.provider, bench);
  REQUIRE(subject.start().ok());
  REQUIRE(subject.feed(samples, chunk) == samples.size());
  subject.finish();
  REQUIRE(subject.wait_closed());
  return subject.record();
}

// The finals of a record, less the empty ones.
std::vector<SttFinal> spoken_finals(const SttRecord& record) {
  std::vector<SttFinal> finals = record.finals;
  std::erase_if(finals, [](const SttFinal& final) { return final.text.empty(); });
  return finals;
}

}  // namespace

TEST_CASE("stt: a finished stream has said what it understood, and is closed last") {
  for_all([](const Implementation& implementation, const Workbench& bench) {
    const SttRecord record = recognise(implementation, bench, implementation.phrase);
    check_ended_well(record);
    REQUIRE(record.finals.size() == 1);
    CHECK_FALSE(record.text().empty());
    CHECK(record.finals[0].confidence > 0);
    CHECK(record.finals[0].confidence <= 1);
  });
}

TEST_CASE("stt: a stream that heard nothing closes without a final") {
  for_all([](const Implementation& implementation, const Workbench& bench) {
    CHECK(recognise(implementation, bench, {}).log == "c");
  });
}

TEST_CASE("stt: each flush is answered by one final, in order, empty when nothing was said") {
  for_all([](const Implementation& implementation, const Workbench& bench) {
    const Samples& phrase = implementation.phrase;
    const Samples pause(8'000);
    SttSubject subject(implementation.provider, bench);
    REQUIRE(subject.start().ok());
    subject.flush();
    REQUIRE(subject.wait_finals(1));
    REQUIRE(subject.feed(phrase) == phrase.size());
    subject.flush();
    REQUIRE(subject.wait_finals(2));
    REQUIRE(subject.feed(pause) == pause.size());
    subject.flush();
    REQUIRE(subject.feed(phrase) == phrase.size());
    subject.flush();
    subject.flush();
    subject.finish();
    REQUIRE(subject.wait_closed());

    const SttRecord record = subject.record();
    check_ended_well(record);
    REQUIRE(record.finals.size() == 5);
    CHECK(record.finals[0].text.empty());
    CHECK_FALSE(record.finals[1].text.empty());
    CHECK(record.finals[2].text.empty());
    CHECK(record.finals[3].text == record.finals[1].text);
    CHECK(record.finals[4].text.empty());
  });
}

TEST_CASE("stt: how the audio is cut into pieces doesn't change what is understood") {
  for_all([](const Implementation& implementation, const Workbench& bench) {
    const SttRecord whole =
        recognise(implementation, bench, implementation.phrase, implementation.phrase.size());
    for (const std::size_t chunk : {1, 3, 7, 1601}) {
      CAPTURE(chunk);
      const SttRecord record = recognise(implementation, bench, implementation.phrase, chunk);
      check_ended_well(record);
      CHECK(record.text() == whole.text());
      CHECK(record.finals.size() == 1);
    }
  });
}

TEST_CASE("stt: a piece of no length is accepted and means nothing") {
  for_all([](const Implementation& implementation, const Workbench& bench) {
    SttSubject subject(implementation.provider, bench);
    REQUIRE(subject.start().ok());
    CHECK(subject.audio({}));
    subject.finish();
    REQUIRE(subject.wait_closed());
    CHECK(subject.record().log == "c");
  });
}

TEST_CASE("stt: silence, noise, clipping and a click do no harm") {
  Samples clipped = test::sine(200, 16'000, 16'000, 32'767);
  for (std::int16_t& sample : clipped) sample = sample > 0 ? 32'767 : -32'768;
  const std::vector<std::pair<const char*, Samples>> sounds = {
      {"silence", Samples(16'000)},
      {"quiet noise", test::noise(16'000, 30)},
      {"loud noise", test::noise(16'000, 20'000)},
      {"clipped", clipped},
      {"a click", Samples{32'767, -32'768, 32'767}},
      {"one sample", Samples{1}},
  };
  for_all([&](const Implementation& implementation, const Workbench& bench) {
    for (const auto& [name, sound] : sounds) {
      CAPTURE(name);
      SttSubject subject(implementation.provider, bench);
      REQUIRE(subject.start().ok());
      REQUIRE(subject.feed(sound) == sound.size());
      subject.flush();
      subject.finish();
      REQUIRE(subject.wait_closed());
      check_ended_well(subject.record());
      CHECK(subject.record().finals.size() == 1);
    }
  });
}

TEST_CASE("stt: refused audio that is pushed again is understood like any other") {
  for_all([](const Implementation& implementation, const Workbench& bench) {
    SttSubject subject(implementation.provider, bench);
    REQUIRE(subject.start().ok());
    std::int64_t flushes = 0;
    const auto push = [&](std::span<const std::int16_t> rest, bool may_flush) {
      for (;;) {
        const std::int64_t room = subject.record().count('w');
        rest = rest.subspan(subject.feed(rest));
        if (rest.empty()) return;
        if (may_flush) {
          subject.flush();
          ++flushes;
        }
        REQUIRE(subject.wait([room](const SttRecord& r) { return r.count('w') > room; }));
      }
    };
    push(Samples(16'000 * 70), true);  // longer than any stream keeps
    subject.flush();
    push(implementation.phrase, false);
    subject.finish();
    REQUIRE(subject.wait_closed());
    const SttRecord record = subject.record();
    check_ended_well(record);
    CHECK(record.count('f') == flushes + 2);
    const SttRecord alone = recognise(implementation, bench, implementation.phrase);
    CHECK(record.finals.back().text == alone.text());
  });
}

TEST_CASE("stt: cancel closes from any state, once") {
  using Reach = std::function<void(SttSubject&, const Samples&)>;
  const std::vector<std::pair<const char*, Reach>> states = {
      {"nothing pushed", [](SttSubject&, const Samples&) {}},
      {"audio pushed", [](SttSubject& s, const Samples& phrase) { s.feed(phrase); }},
      {"flushed",
       [](SttSubject& s, const Samples& phrase) {
         s.feed(phrase);
         s.flush();
       }},
      {"answered",
       [](SttSubject& s, const Samples& phrase) {
         s.feed(phrase);
         s.flush();
         s.wait_finals(1);
       }},
      {"finished",
       [](SttSubject& s, const Samples& phrase) {
         s.feed(phrase);
         s.finish();
       }},
      {"closed",
       [](SttSubject& s, const Samples& phrase) {
         s.feed(phrase);
         s.finish();
         s.wait_closed();
       }},
  };
  for_all([&](const Implementation& implementation, const Workbench& bench) {
    for (const auto& [name, reach] : states) {
      CAPTURE(name);
      SttSubject subject(implementation.provider, bench);
      REQUIRE(subject.start().ok());
      reach(subject, implementation.phrase);
      subject.cancel();
      subject.cancel();
      CHECK(subject.wait_closed());
      subject.audio(implementation.phrase);
      subject.flush();
      subject.finish();
      subject.cancel();
      check_ended_well(subject.record());
    }
  });
}

TEST_CASE("stt: what is pushed after finish is not heard") {
  for_all([](const Implementation& implementation, const Workbench& bench) {
    SttSubject subject(implementation.provider, bench);
    REQUIRE(subject.start().ok());
    subject.finish();
    subject.audio(implementation.phrase);
    subject.finish();
    REQUIRE(subject.wait_closed());
    CHECK(subject.record().log.find('f') == std::string::npos);
    check_ended_well(subject.record());
  });
}

TEST_CASE("stt: words are in order, inside the audio, and make up the text") {
  for_all([](const Implementation& implementation, const Workbench& bench) {
    if (!implementation.provider->capabilities().word_times) return;
    const SttRecord alone = recognise(implementation, bench, implementation.phrase);
    SttSubject subject(implementation.provider, bench);
    REQUIRE(subject.start().ok());
    for (int i = 0; i < 2; ++i) {
      REQUIRE(subject.feed(implementation.phrase) == implementation.phrase.size());
      subject.flush();
    }
    subject.finish();
    REQUIRE(subject.wait_closed());
    const SttRecord record = subject.record();
    REQUIRE(record.finals.size() == 2);
    // Times count from the stream's first sample, not from the utterance's.
    const auto samples = static_cast<std::int64_t>(implementation.phrase.size());
    Duration begin{0};
    for (const SttFinal& final : record.finals) {
      const Duration end = begin + samples_to_duration(samples, 16'000);
      std::string text;
      Duration at = begin;
      for (const test::SttWord& word : final.words) {
        CAPTURE(word.text, to_ms(word.start), to_ms(word.end));
        CHECK(word.start >= at);
        CHECK(word.end > word.start);
        CHECK(word.end <= end);
        CHECK(word.confidence >= 0);
        CHECK(word.confidence <= 1);
        at = word.end;
        text += (text.empty() ? "" : " ") + word.text;
      }
      CHECK(text == final.text);
      CHECK_FALSE(text.empty());
      begin = end;
    }
  });
}

TEST_CASE("stt: partials come before the final that settles them") {
  for_all([](const Implementation& implementation, const Workbench& bench) {
    SttSubject subject(implementation.provider, bench);
    REQUIRE(subject.start().ok());
    REQUIRE(subject.feed(implementation.phrase) == implementation.phrase.size());
    subject.flush();
    subject.finish();
    REQUIRE(subject.wait_closed());
    const SttRecord record = subject.record();
    CHECK(record.log.find('p', record.log.find('f')) == std::string::npos);
    const bool some = record.count('p') > 0;
    CHECK(some == implementation.provider->capabilities().partials);
  });
}

TEST_CASE("stt: streams at the same time understand what they would alone") {
  for (const Implementation& implementation : implementations()) {
    DYNAMIC_SECTION(implementation.name) {
      const Workbench bench = Workbench::real_threads();
      const SttRecord alone = recognise(implementation, bench, implementation.phrase);
      std::list<SttSubject> subjects;
      for (int i = 0; i < 6; ++i) {
        REQUIRE(subjects.emplace_back(implementation.provider, bench).start().ok());
      }
      const std::span<const std::int16_t> phrase(implementation.phrase);
      for (std::size_t at = 0; at < phrase.size(); at += 1'600) {
        const auto piece = phrase.subspan(at, std::min<std::size_t>(1'600, phrase.size() - at));
        for (SttSubject& subject : subjects) REQUIRE(subject.audio(piece));
      }
      for (SttSubject& subject : subjects) subject.finish();
      for (SttSubject& subject : subjects) {
        REQUIRE(subject.wait_closed());
        check_ended_well(subject.record());
        CHECK(spoken_finals(subject.record()) == spoken_finals(alone));
      }
    }
  }
}

TEST_CASE("stt: whatever is called when, flushes are answered and the end is clean") {
  for_all([](const Implementation& implementation, const Workbench& bench) {
    for (unsigned seed = 1; seed <= 4; ++seed) {
      CAPTURE(seed);
      std::minstd_rand random(seed);
      SttSubject subject(implementation.provider, bench);
      REQUIRE(subject.start().ok());
      std::span<const std::int16_t> rest(implementation.phrase);
      std::int64_t flushes = 0;
      while (!rest.empty()) {
        const std::size_t count = std::min<std::size_t>(random() % 6'000, rest.size());
        REQUIRE(subject.feed(rest.first(count), 1 + random() % 700) == count);
        rest = rest.subspan(count);
        if (random() % 4 == 0) {
          subject.flush();
          ++flushes;
        }
        if (random() % 4 == 0) subject.wait_finals(flushes);
      }
      const bool cancelled = seed % 2 == 0;
      cancelled ? subject.cancel() : subject.finish();
      REQUIRE(subject.wait_closed());
      const SttRecord record = subject.record();
      check_ended_well(record);
      CHECK(record.count('f') <= flushes + 1);
      if (!cancelled) CHECK(record.count('f') >= flushes);
    }
  });
}

TEST_CASE("stt: in virtual time the same audio gives the same calls") {
  for (const Implementation& implementation : implementations()) {
    DYNAMIC_SECTION(implementation.name) {
      std::vector<SttRecord> records;
      for (int i = 0; i < 2; ++i) {
        const Workbench bench = Workbench::virtual_time();
        records.push_back(recognise(implementation, bench, implementation.phrase));
      }
      CHECK(records[0].log == records[1].log);
      CHECK(records[0].partials == records[1].partials);
      CHECK(records[0].finals == records[1].finals);
    }
  }
}
