#include "transports/dialogue/patient_stt.h"

#include <memory>
#include <vector>

#include "support/catch.h"
#include "support/puppet_providers.h"
#include "voiceagent/log.h"

namespace voiceagent::test {
namespace {

using namespace std::chrono_literals;

struct Ear final : SttSink {
  void partial(const Transcript&) override {}
  void final(const Transcript&) override { log += 'f'; }
  void turn_signal(TurnSignal, float) override {}
  void writable() override { log += 'w'; }
  void error(const ProviderError&) override { log += 'e'; }
  void closed() override { log += 'c'; }
  std::string log;
};

struct Rig {
  explicit Rig(Duration room = 1s) : stt(transports::patient_stt(puppet, room)) {
    SttRequest request;
    request.context = {time.get(), nullptr, logger.get()};
    stream = std::move(*stt->start(request, ear));
  }
  bool push(int ms) {
    const std::vector<std::int16_t> samples(static_cast<std::size_t>(16 * ms));
    return stream->audio({samples, 16'000});
  }
  void writable() {
    puppet->line().sink->writable();
    time->run_for(0ms);
  }
  ~Rig() { stream.reset(); }

  std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  std::shared_ptr<Logger> logger = make_null_logger();
  std::shared_ptr<SttPuppet> puppet = std::make_shared<SttPuppet>();
  Ear ear;
  std::shared_ptr<SttProvider> stt;
  std::unique_ptr<SttStream> stream;
};

}  // namespace

TEST_CASE("patient recogniser: what there is room for goes straight through") {
  Rig rig;
  CHECK(rig.push(20));
  rig.stream->flush();
  CHECK(rig.puppet->line().samples == 320);
  CHECK(rig.puppet->line().log == "f");
}

TEST_CASE("patient recogniser: what there is no room for waits, and the flush after it too") {
  Rig rig;
  rig.puppet->line().accepts = false;
  CHECK(rig.push(500));
  CHECK(rig.push(500));
  rig.stream->flush();
  rig.stream->finish();
  CHECK(rig.puppet->line().log.empty());
  rig.puppet->line().accepts = true;
  rig.writable();
  CHECK(rig.puppet->line().samples == 16'000);
  CHECK(rig.puppet->line().log == "fF");
}

TEST_CASE("patient recogniser: beyond its room it says full, and later that there is room") {
  Rig rig;
  rig.puppet->line().accepts = false;
  CHECK(rig.push(900));
  CHECK_FALSE(rig.push(200));
  CHECK(rig.ear.log.empty());
  rig.puppet->line().accepts = true;
  rig.writable();
  CHECK(rig.ear.log == "w");
  CHECK(rig.push(200));
}

TEST_CASE("patient recogniser: a cancel forgets what waits; a late call finds nothing") {
  Rig rig;
  rig.puppet->line().accepts = false;
  CHECK(rig.push(500));
  SttSink* const sink = rig.puppet->line().sink;
  sink->writable();
  rig.stream->cancel();
  CHECK(rig.ear.log == "c");
  rig.stream.reset();
  rig.time->run_for(0ms);
  CHECK(rig.puppet->line().samples == 0);
  CHECK(rig.puppet->alive() == 0);
}

TEST_CASE("patient recogniser: a start that fails is the provider's") {
  Rig rig;
  rig.puppet->start_status = unavailable("no line");
  SttRequest request;
  request.context = {rig.time.get(), nullptr, rig.logger.get()};
  CHECK(rig.stt->start(request, rig.ear).status().message() == "no line");
}

}  // namespace voiceagent::test
