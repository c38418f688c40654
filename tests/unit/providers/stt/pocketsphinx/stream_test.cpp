// A stream among others: few decoders, full queues, workers that refuse.
#include "providers/stt/pocketsphinx/stream.h"

#include <list>
#include <memory>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/signals.h"
#include "support/stt_probe.h"
#include "voiceagent/executor.h"

using namespace voiceagent;
using namespace voiceagent::pocketsphinx;
using namespace std::chrono_literals;
using test::Samples;
using test::SttProbe;

namespace {

// Not understood, but decoded like speech.
Samples babble(std::size_t seconds) {
  Samples samples = test::noise(8'000, 8);
  const Samples voice = test::voice_like(16'000, 16'000 * seconds);
  samples.insert(samples.end(), voice.begin(), voice.end());
  return samples;
}

// One decoder in virtual time, with workers of a choice.
class Rig {
 public:
  explicit Rig(VirtualTimeOptions time = {}) : executor(VirtualExecutor::create(time)) {
    workers = executor->workers();
    options.decoder_timeout = 5s;
  }

  std::unique_ptr<SttStream> start(SttProbe& probe) {
    return make_stream(pool, options, {executor.get(), workers.get(), nullptr}, probe);
  }
  void settle() { executor->run_for(0s); }

  const std::shared_ptr<VirtualExecutor> executor;
  std::shared_ptr<WorkerPool> workers;
  StreamOptions options;
  const std::shared_ptr<DecoderPool> pool = std::make_shared<DecoderPool>(system_model(), 1);
};

bool push(SttStream& stream, const Samples& samples) { return stream.audio({samples, 16'000}); }

// Refuses the jobs it is told to.
class MoodyPool final : public WorkerPool {
 public:
  explicit MoodyPool(std::shared_ptr<WorkerPool> pool) : pool_(std::move(pool)) {}
  Status submit(Task job) override {
    if (refusals == 0) return pool_->submit(std::move(job));
    --refusals;
    return Status(code, "not now");
  }
  std::size_t concurrency() const override { return 1; }

  int refusals = 0;
  ErrorCode code = ErrorCode::kResourceExhausted;

 private:
  const std::shared_ptr<WorkerPool> pool_;
};

}  // namespace

TEST_CASE("streams that share a decoder are all answered, in the order in which they spoke") {
  Rig rig;
  std::list<SttProbe> probes(3);
  std::vector<std::unique_ptr<SttStream>> streams;
  for (SttProbe& probe : probes) {
    streams.push_back(rig.start(probe));
    REQUIRE(push(*streams.back(), babble(2)));
    rig.settle();
  }
  // The last one is done first, but must wait for those before it.
  streams[2]->flush();
  streams[1]->flush();
  rig.settle();
  for (const SttProbe& probe : probes) CHECK(probe.record().count('f') == 0);
  streams[0]->flush();
  rig.settle();
  for (const SttProbe& probe : probes) CHECK(probe.record().count('f') == 1);
  // Nobody holds the decoder between utterances.
  REQUIRE(push(*streams[2], babble(1)));
  streams[2]->finish();
  rig.settle();
  CHECK(probes.back().record().log.ends_with("fc"));
  for (const auto& stream : streams) stream->cancel();
}

TEST_CASE("silence needs no decoder") {
  Rig rig;
  SttProbe speaker;
  SttProbe silent;
  const auto speaking = rig.start(speaker);
  const auto quiet = rig.start(silent);
  REQUIRE(push(*speaking, babble(2)));
  rig.settle();
  REQUIRE(push(*quiet, Samples(32'000)));
  quiet->flush();
  rig.settle();
  CHECK(silent.record().log == "f");
  speaking->cancel();
  quiet->cancel();
}

TEST_CASE("an utterance that is over fails when no decoder gets free in time") {
  Rig rig;
  SttProbe first;
  SttProbe second;
  const auto holder = rig.start(first);
  const auto waiter = rig.start(second);
  REQUIRE(push(*holder, babble(2)));
  rig.settle();
  REQUIRE(push(*waiter, babble(2)));
  rig.executor->run_for(60s);  // it goes on speaking, so nobody waits for it
  CHECK(second.record().log.empty());
  waiter->flush();
  rig.executor->run_for(4900ms);
  CHECK(second.record().log.empty());
  rig.executor->run_for(200ms);
  CHECK(second.record().log == "ec");
  CHECK(second.record().error.code() == ErrorCode::kResourceExhausted);
  CHECK(second.record().error.message().find("max_decoders") != std::string::npos);
  holder->finish();
  rig.settle();
  CHECK(first.record().log.ends_with("fc"));
}

TEST_CASE("a decoder that gets free in time is not too late") {
  Rig rig;
  rig.options.mode = DecodeMode::kWhole;  // it waits only once the utterance is over
  SttProbe first;
  SttProbe second;
  DecoderLease lease = rig.pool->acquire(nullptr);
  const auto a = rig.start(first);
  const auto b = rig.start(second);
  for (const auto& stream : {a.get(), b.get()}) {
    REQUIRE(push(*stream, babble(2)));
    stream->finish();
  }
  rig.executor->run_for(4900ms);
  lease.give_back();
  rig.executor->run_for(10s);
  CHECK(first.record().log == "fc");
  CHECK(second.record().log == "fc");
}

TEST_CASE("a stream that waits for a decoder keeps 15 s, and loses nothing") {
  Rig rig;
  SttProbe probe;
  SttProbe other;
  const auto holder = rig.start(other);
  REQUIRE(push(*holder, babble(2)));
  rig.settle();
  const auto stream = rig.start(probe);
  const Samples second(16'000);
  REQUIRE(push(*stream, babble(2)));
  int seconds = 0;
  for (; seconds < 100 && push(*stream, second); ++seconds) rig.settle();
  CHECK(seconds >= 12);
  CHECK(seconds <= 15);
  CHECK(probe.record().log.empty());
  holder->cancel();
  rig.settle();
  CHECK(probe.record().count('w') == 1);
  CHECK(push(*stream, second));
  stream->finish();
  rig.settle();
  CHECK(probe.record().log.ends_with("fc"));
}

TEST_CASE("a stream that waits for a decoder can be cancelled") {
  Rig rig;
  SttProbe first;
  SttProbe second;
  const auto holder = rig.start(first);
  const auto waiter = rig.start(second);
  REQUIRE(push(*holder, babble(2)));
  rig.settle();
  REQUIRE(push(*waiter, babble(2)));
  waiter->flush();
  rig.settle();
  waiter->cancel();
  rig.settle();
  CHECK(second.record().log == "c");
  holder->finish();
  rig.settle();
  CHECK(first.record().log.ends_with("fc"));
  CHECK(rig.executor->run_until_idle(0s));  // no timer is left behind
}

TEST_CASE("cancel doesn't wait for the audio that is not decoded yet") {
  VirtualTimeOptions time;
  time.job_cost = 1ms;
  Rig rig(time);
  SttProbe probe;
  const auto stream = rig.start(probe);
  REQUIRE(push(*stream, babble(10)));
  stream->finish();
  rig.executor->run_for(10ms);
  CHECK(probe.record().log.find('c') == std::string::npos);
  stream->cancel();
  rig.executor->run_for(1ms);
  CHECK(probe.record().log.ends_with('c'));
  CHECK(probe.record().count('f') == 0);
}

TEST_CASE("workers that are busy are asked again") {
  Rig rig;
  const auto moody = std::make_shared<MoodyPool>(rig.workers);
  rig.workers = moody;
  SttProbe probe;
  const auto stream = rig.start(probe);
  moody->refusals = 3;
  REQUIRE(push(*stream, babble(1)));
  stream->finish();
  rig.executor->run_for(5ms);
  CHECK(probe.record().log.empty());
  rig.executor->run_for(100ms);
  CHECK(probe.record().log.ends_with("fc"));
}

TEST_CASE("a stream fails when there are no workers any more") {
  Rig rig;
  const auto moody = std::make_shared<MoodyPool>(rig.workers);
  rig.workers = moody;
  SttProbe probe;
  const auto stream = rig.start(probe);
  moody->refusals = 1;
  moody->code = ErrorCode::kFailedPrecondition;
  push(*stream, babble(1));
  rig.settle();
  CHECK(probe.record().log == "ec");
  CHECK(probe.record().error.code() == ErrorCode::kFailedPrecondition);
  CHECK_FALSE(push(*stream, babble(1)));
}

TEST_CASE("a stream fails when its decoder can't be made, and so does the next one") {
  auto files = system_model();
  files.language_model = "/nowhere/words.lm";
  const auto pool = std::make_shared<DecoderPool>(files, 1);
  const auto executor = VirtualExecutor::create();
  const auto workers = executor->workers();
  SttProbe first;
  SttProbe second;
  std::vector<std::unique_ptr<SttStream>> streams;
  for (SttProbe* probe : {&first, &second}) {
    streams.push_back(make_stream(pool, {}, {executor.get(), workers.get(), nullptr}, *probe));
    push(*streams.back(), babble(1));
  }
  executor->run_for(0s);
  for (const SttProbe* probe : {&first, &second}) {
    CHECK(probe->record().log == "ec");
    CHECK(probe->record().error.message().find(files.language_model) != std::string::npos);
  }
}
