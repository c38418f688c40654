#include "providers/stt/pocketsphinx/pocketsphinx_stt.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/signals.h"
#include "support/speech.h"
#include "support/stt_subject.h"
#include "support/temp_dir.h"

using namespace voiceagent;
using test::SttRecord;
using test::SttSubject;
using test::Workbench;
using namespace std::chrono_literals;

namespace {

Result<std::shared_ptr<SttProvider>> try_to_make(const Options& options,
                                                 const ProviderContext& context) {
  Registry registry;
  registry.add(pocketsphinx_stt_info(), make_pocketsphinx_stt);
  return registry.make_stt("pocketsphinx", options, context);
}
Result<std::shared_ptr<SttProvider>> try_to_make(const Options& options) {
  return try_to_make(options, {nullptr, make_null_logger()});
}

std::shared_ptr<SttProvider> make(const Options& options = {}) {
  auto made = try_to_make(options);
  INFO(made.status().message());
  REQUIRE(made.ok());
  return std::move(made).value();
}

Options decoding(const char* how) { return Options().set("decode", std::string(how)); }

SttRecord recognise(const std::shared_ptr<SttProvider>& provider, const Pcm& pcm) {
  const Workbench bench = Workbench::virtual_time();
  SttSubject subject(provider, bench);
  REQUIRE(subject.start().ok());
  REQUIRE(subject.feed(pcm.samples, pcm.samples.size()) == pcm.samples.size());
  subject.finish();
  REQUIRE(subject.wait_closed());
  return subject.record();
}

// A provider in virtual time, whose pool can be looked at.
struct Pooled {
  explicit Pooled(const Options& options)
      : provider(*try_to_make(options, {time->workers(), make_null_logger(), board, time})) {}

  // So many speak at once, each with a decoder.
  void hear_at_once(std::size_t count) {
    const auto workers = time->workers();
    std::vector<test::SttProbe> probes(count);
    std::vector<std::unique_ptr<SttStream>> streams;
    for (test::SttProbe& probe : probes) {
      SttRequest request;
      request.context = {time.get(), workers.get(), nullptr};
      request.sample_rate = 16'000;
      streams.push_back(*provider->start(request, probe));
      REQUIRE(streams.back()->audio({test::voice_like(16'000, 32'000), 16'000}));
    }
    time->run_for(0s);
    CHECK(pool().in_use == count);
    for (const auto& stream : streams) stream->finish();
    time->run_for(0s);
    CHECK(pool().in_use == 0);
  }
  PoolStatus pool() const { return board->all().at(0); }

  const std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  const std::shared_ptr<PoolBoard> board = std::make_shared<PoolBoard>();
  const std::shared_ptr<SttProvider> provider;
};

// Speaks for some more than 30 s without a flush.
void check_monologue(const char* decode) {
  const auto pcm = test::spoken("what time is it");
  if (!pcm) return;
  const Pcm sentence = test::in_a_room(*pcm, 300ms, 300ms);
  Pcm monologue{{}, 16'000};
  std::string text;
  while (monologue.samples.size() < 16'000 * 33) {
    monologue.samples.insert(monologue.samples.end(), sentence.samples.begin(),
                             sentence.samples.end());
    text += "what time is it ";
  }
  const SttRecord record = recognise(make(decoding(decode)), monologue);
  CHECK(record.finals.size() == 2);
  INFO(record.text());
  CHECK(test::word_errors(text, record.text()) * 4 <= test::word_errors(text, ""));
  REQUIRE_FALSE(record.finals.back().words.empty());
  CHECK(record.finals.back().words.front().start >= 29s);
  CHECK(record.finals.back().words.back().end <= monologue.view().duration());
}

}  // namespace

TEST_CASE("pocketsphinx: speech is understood, live and whole") {
  const std::vector<std::string> sentences = {
      "what time is it", "please turn on the light in the kitchen",
      "tell me more about the weather today", "he was not at home this morning"};
  for (const char* how : {"live", "whole"}) {
    CAPTURE(how);
    const auto provider = make(decoding(how));
    int errors = 0;
    for (const std::string& sentence : sentences) {
      const auto pcm = test::spoken(sentence);
      if (!pcm) return;
      const SttRecord record = recognise(provider, test::in_a_room(*pcm, 400ms, 400ms));
      UNSCOPED_INFO(record.text());
      errors += test::word_errors(sentence, record.text());
    }
    CHECK(errors <= 8);  // of 26 words
  }
}

TEST_CASE("pocketsphinx: a word without a pause after it is not lost") {
  const auto pcm = test::spoken("hello");
  if (!pcm) return;
  const auto quiet = [](std::int16_t sample) { return sample > -500 && sample < 500; };
  Pcm word = test::in_a_room(*pcm, 300ms, 0ms);
  while (!word.samples.empty() && quiet(word.samples.back())) word.samples.pop_back();
  for (const char* how : {"live", "whole"}) {
    CAPTURE(how);
    CHECK_FALSE(recognise(make(decoding(how)), word).text().empty());
  }
}

TEST_CASE("pocketsphinx: no words are made up for silence and steady noise") {
  for (const char* how : {"live", "whole"}) {
    const auto provider = make(decoding(how));
    for (const int amplitude : {0, 1, 30, 1'000, 30'000}) {
      CAPTURE(how, amplitude);
      const SttRecord record = recognise(provider, {test::noise(16'000 * 10, amplitude), 16'000});
      CHECK(record.log == "fc");
      CHECK(record.text().empty());
    }
  }
}

TEST_CASE("pocketsphinx: what is said before has no influence on an utterance") {
  const auto pcm = test::spoken("what time is it");
  if (!pcm) return;
  const auto provider = make(Options().set("max_decoders", std::int64_t{1}));
  const Pcm phrase = test::in_a_room(*pcm, 400ms, 400ms);
  const SttRecord alone = recognise(provider, phrase);
  recognise(provider, {test::voice_like(16'000, 48'000), 16'000});
  Pcm louder = phrase;
  for (std::int16_t& sample : louder.samples) {
    sample = static_cast<std::int16_t>(std::clamp(sample * 3, -32'768, 32'767));
  }
  recognise(provider, louder);
  CHECK(recognise(provider, phrase).finals == alone.finals);
}

TEST_CASE("pocketsphinx: after a rush the decoders go by themselves, but for one") {
  Pooled pooled(Options().set("decoder_idle_ms", std::int64_t{1000}));
  pooled.hear_at_once(3);
  pooled.time->run_for(900ms);
  CHECK(pooled.pool().idle == 3);
  pooled.time->run_for(200ms);
  CHECK(pooled.pool().idle == 1);
}

TEST_CASE("pocketsphinx: so many decoders as are wanted are made beforehand, and stay") {
  Pooled pooled(
      Options().set("min_decoders", std::int64_t{2}).set("decoder_idle_ms", std::int64_t{1000}));
  CHECK(pooled.pool().idle == 2);
  pooled.hear_at_once(3);
  pooled.time->run_for(1100ms);
  CHECK(pooled.pool().idle == 2);
  CHECK(pooled.pool().created == 3);
}

TEST_CASE("pocketsphinx: more decoders to keep than there may be are refused") {
  const Status status =
      try_to_make(
          Options().set("min_decoders", std::int64_t{3}).set("max_decoders", std::int64_t{2}))
          .status();
  CHECK(status.code() == ErrorCode::kInvalidArgument);
  CHECK(status.message().find("min_decoders (3)") != std::string::npos);
}

TEST_CASE("pocketsphinx: long speech is settled every 30 s, and nothing is lost between") {
  check_monologue("live");
}

TEST_CASE("pocketsphinx: so it is when decoded as a whole") { check_monologue("whole"); }

TEST_CASE("pocketsphinx: with a grammar only its phrases are heard") {
  const auto pcm = test::spoken("turn on the light");
  if (!pcm) return;
  const test::TempDir folder;
  const std::string grammar = folder.path("light.jsgf");
  std::ofstream(grammar) << "#JSGF V1.0;\ngrammar light;\n"
                            "public <command> = turn ( on | off ) the ( light | radio );\n";
  const SttRecord record =
      recognise(make(Options().set("grammar", grammar)), test::in_a_room(*pcm, 400ms, 400ms));
  CHECK(record.text() == "turn on the light");
}

TEST_CASE("pocketsphinx: a missing model is named, with what to install") {
  const auto made = try_to_make(Options().set("model", std::string("/nowhere/model")));
  CHECK(made.status().code() == ErrorCode::kNotFound);
  CHECK(made.status().message().find("/nowhere/model") != std::string::npos);
  CHECK(made.status().message().find("pocketsphinx-en-us") != std::string::npos);
}

TEST_CASE("pocketsphinx: files that can't be used are refused with the library's reason") {
  const test::TempDir folder;
  const std::string path = folder.path("file");
  std::ofstream(path) << "nothing that anybody could use";
  const auto model = try_to_make(Options().set("language_model", path));
  CHECK(model.status().code() == ErrorCode::kInvalidArgument);
  CHECK(model.status().message().find(path) != std::string::npos);
  CHECK(model.status().message().find("ERROR") != std::string::npos);
  CHECK(try_to_make(Options().set("grammar", path)).status().code() == ErrorCode::kInvalidArgument);
}

TEST_CASE("pocketsphinx: rates and languages that it doesn't know are refused") {
  const auto provider = make();
  const Workbench bench = Workbench::virtual_time();
  CHECK(SttSubject(provider, bench).start("en-GB").ok());
  CHECK(SttSubject(provider, bench).start("").ok());
  const Status rate = SttSubject(provider, bench).start("", 8'000);
  CHECK(rate.code() == ErrorCode::kInvalidArgument);
  CHECK(rate.message().find("16000") != std::string::npos);
  const Status language = SttSubject(provider, bench).start("de-DE");
  CHECK(language.code() == ErrorCode::kUnsupported);
  CHECK(language.message().find("de-DE") != std::string::npos);
}
