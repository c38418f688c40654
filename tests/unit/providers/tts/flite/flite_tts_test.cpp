#include "providers/tts/flite/flite_tts.h"

#include <string>
#include <string_view>
#include <vector>

#include "providers/tts/flite/voice.h"
#include "support/catch.h"
#include "support/tts_probe.h"
#include "support/workbench.h"

using namespace voiceagent;
using test::TtsProbe;
using test::TtsRecord;
using test::Workbench;

namespace {

Result<std::shared_ptr<TtsProvider>> make(const Options& given) {
  const Result<Options> options = check_options(flite_tts_info().options, given);
  if (!options.ok()) return options.status();
  return make_flite_tts(*options, {});
}

Options kal16() { return Options().set("voice", std::string("kal16")); }

// Refuses every job but the first `accepted`.
class PickyWorkers final : public WorkerPool {
 public:
  PickyWorkers(WorkerPool& pool, int count) : accepted(count), pool_(pool) {}
  Status submit(Task job) override {
    if (accepted-- <= 0) return resource_exhausted("full");
    return pool_.submit(std::move(job));
  }
  std::size_t concurrency() const override { return 1; }

  int accepted;

 private:
  WorkerPool& pool_;
};

TtsRecord say(TtsProvider& provider, const std::vector<std::string_view>& pieces) {
  const Workbench bench = Workbench::virtual_time();
  TtsProbe probe;
  TtsRequest request;
  request.context = bench.context();
  auto stream = provider.start(request, probe);
  for (const std::string_view piece : pieces) REQUIRE(stream.value()->text(piece));
  stream.value()->finish();
  REQUIRE(bench.wait(probe, [](const TtsRecord& r) { return r.count('c') == 1; }));
  return probe.record();
}

}  // namespace

TEST_CASE("flite: a wrong voice or speed is refused by name") {
  CHECK(make(Options().set("voice", std::string("rsm"))).status().code() ==
        ErrorCode::kInvalidArgument);
  CHECK(make(Options().set("speed", 3.0)).status().code() == ErrorCode::kInvalidArgument);
  CHECK(flite::find_voice("rsm").status().message().find("rms, slt, awb, kal16") !=
        std::string::npos);
}

TEST_CASE("flite: the speed option is heard") {
  const auto usual = make(kal16());
  const auto slow = make(kal16().set("speed", 0.5));
  CHECK(say(**slow, {"Hello."}).samples.size() * 10 > say(**usual, {"Hello."}).samples.size() * 15);
}

TEST_CASE("flite: it speaks English only and says so") {
  const auto provider = make({});
  const Workbench bench = Workbench::virtual_time();
  TtsProbe probe;
  TtsRequest request;
  request.context = bench.context();
  for (const char* language : {"en", "en-US", "en-gb"}) {
    request.language = language;
    auto stream = (*provider)->start(request, probe);
    REQUIRE(stream.ok());
    (*stream)->cancel();
  }
  request.language = "de-DE";
  CHECK((*provider)->start(request, probe).status().code() == ErrorCode::kUnsupported);
}

TEST_CASE("flite: spans count the bytes of all pieces") {
  const std::vector<std::string_view> pieces = {"Hello. ", "...", "\u201CIt\u2019s\u201D $3"};
  std::string text;
  for (const std::string_view piece : pieces) text += piece;
  const auto provider = make(kal16());
  const TtsRecord record = say(**provider, pieces);
  std::vector<std::string> words;
  for (const SpokenSpan& span : record.spans) {
    words.push_back(text.substr(span.text.begin, span.text.end - span.text.begin));
  }
  CHECK(words == std::vector<std::string>{"Hello.", "\u201CIt\u2019s\u201D", "$3"});
}

TEST_CASE("flite: text without a sound is done without audio") {
  const auto provider = make(kal16());
  CHECK(say(**provider, {"...", "\U0001F600", " "}).log == "dc");
}

TEST_CASE("flite: a busy pool refuses text now and takes it later") {
  const Workbench bench = Workbench::virtual_time();
  PickyWorkers none(*bench.context().workers, 0);
  TtsProbe probe;
  TtsRequest request;
  request.context = bench.context();
  request.context.workers = &none;
  const auto provider = make(kal16());
  auto stream = (*provider)->start(request, probe);
  CHECK_FALSE((*stream)->text("Hello."));
  CHECK(probe.record().log.empty());
  none.accepted = 100;
  CHECK((*stream)->text("Hello."));
  (*stream)->finish();
  REQUIRE(bench.wait(probe, [](const TtsRecord& r) { return r.count('c') == 1; }));
  CHECK(probe.record().error.ok());
}

TEST_CASE("flite: a pool that fills up on the way costs nothing") {
  const Workbench bench = Workbench::virtual_time();
  PickyWorkers one(*bench.context().workers, 1);
  TtsProbe probe;
  TtsRequest request;
  request.context = bench.context();
  request.context.workers = &one;
  const auto provider = make(kal16());
  auto stream = (*provider)->start(request, probe);
  CHECK((*stream)->text("Hello there. How are you? I am fine."));
  (*stream)->finish();
  REQUIRE(bench.wait(probe, [](const TtsRecord& r) { return r.count('c') == 1; }));
  CHECK(probe.record().error.ok());
  CHECK(probe.record().spans.size() == 8);
}

TEST_CASE("flite: a flush that no worker will answer ends the stream with the reason") {
  const Workbench bench = Workbench::virtual_time();
  PickyWorkers none(*bench.context().workers, 0);
  TtsProbe probe;
  TtsRequest request;
  request.context = bench.context();
  request.context.workers = &none;
  const auto provider = make(kal16());
  auto stream = (*provider)->start(request, probe);
  (*stream)->flush();
  CHECK(probe.record().log == "ec");
  CHECK(probe.record().error.code() == ErrorCode::kResourceExhausted);
}
