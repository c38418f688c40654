// The scripted model: how it hands replies over, and what goes wrong when it is told to.
#include "support/catch.h"
#include "support/llm_probe.h"
#include "support/workbench.h"
#include "voiceagent/sim.h"

namespace voiceagent::sim {
namespace {

using namespace std::chrono_literals;
using test::LlmProbe;
using test::LlmRecord;
using test::Workbench;

// Virtual time, one model, as many replies as are asked for.
struct Stand {
  explicit Stand(LlmDelivery delivery, std::string reply = "one two three four five six")
      : provider(scripted_llm(fixed_reply(std::move(reply), 100ms, 50ms), delivery)) {}

  // Asks, and runs for `span`; then cancels, if it hasn't closed, and runs until nothing is left.
  LlmRecord ask(Duration span = 1h) {
    LlmProbe probe;
    const std::shared_ptr<WorkerPool> workers = time->workers();
    LlmRequest request;
    request.context = {time.get(), workers.get(), logger.get()};
    Result<std::unique_ptr<LlmStream>> stream = provider->start(request, probe);
    if (!stream.ok()) {
      refused = stream.status();
      return probe.record();
    }
    const Time start = time->now();
    time->run_until_idle(span);
    took = time->now() - start;
    if (!probe.record().has('c')) {
      (*stream)->cancel();
      time->run_until_idle(1h);
    }
    return probe.record();
  }

  std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  std::shared_ptr<Logger> logger = make_null_logger();
  std::shared_ptr<LlmProvider> provider;
  Status refused;
  Duration took{0};
};

LlmDelivery broken(double Faults::*what, std::uint64_t seed = 1) {
  LlmDelivery delivery;
  delivery.faults.*what = 1.0;
  delivery.seed = seed;
  return delivery;
}

TEST_CASE("a scripted reply comes step by step, or in one piece when it is complete") {
  CHECK(Stand({}).ask().log == "ttttttdc");
  LlmDelivery delivery;
  delivery.streaming = false;
  Stand stand(delivery);
  const LlmRecord record = stand.ask();
  CHECK(record.log == "tdc");
  CHECK(record.text() == "one two three four five six");
  CHECK(stand.took == 350ms);
}

TEST_CASE("a scripted model is as slow as its latencies say, and the same with the same seed") {
  LlmDelivery delivery;
  delivery.first_token = Latency(1s, 500ms);
  delivery.per_step = Latency(0ms, 20ms, 2s, 0.5);
  delivery.seed = 7;
  Stand first(delivery);
  Stand again(delivery);
  delivery.seed = 8;
  Stand other(delivery);
  for (Stand* stand : {&first, &again, &other}) CHECK(stand->ask().log == "ttttttdc");
  CHECK(first.took >= 1350ms);
  CHECK(first.took <= 11'950ms);
  CHECK(first.took == again.took);
  CHECK(first.took != other.took);
  (void)first.ask();
  CHECK(first.took != again.took);  // each stream has chances of its own
}

TEST_CASE("a scripted model refuses to start without a callback") {
  Stand stand(broken(&Faults::refused_start));
  CHECK(stand.ask().log.empty());
  CHECK_FALSE(stand.refused.ok());
}

TEST_CASE("a scripted model whose fate it is fails, closes or stalls, however short its reply") {
  std::size_t longest = 0;
  std::size_t shortest = 100;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::string failed = Stand(broken(&Faults::error, seed)).ask().log;
    CHECK(failed.ends_with("ec"));
    const std::string closed = Stand(broken(&Faults::disconnect, seed)).ask().log;
    CHECK(closed.find_first_not_of('t') == closed.size() - 1);
    Stand stalled(broken(&Faults::stall, seed));
    const std::string log = stalled.ask(1h).log;
    CHECK(log == closed);  // only cancel() ended it
    longest = std::max(longest, log.size());
    shortest = std::min(shortest, log.size());
  }
  CHECK(shortest == 1);
  CHECK(longest == 7);  // at the latest before done()
}

TEST_CASE("callbacks of a scripted model come after cancel(), and closed() is the last") {
  int late = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Stand stand(broken(&Faults::late_close, seed));
    const std::string log = stand.ask(120ms).log;
    CHECK(log.ends_with('c'));
    late += log.size() > 2 ? 1 : 0;
  }
  CHECK(late > 5);
  CHECK(Stand({}).ask(120ms).log == "tc");
}

TEST_CASE("a scripted model says done twice") {
  CHECK(Stand(broken(&Faults::duplicate)).ask().log == "ttttttddc");
}

TEST_CASE("a scripted model's pieces change places") {
  const LlmRecord record = Stand(broken(&Faults::out_of_order)).ask();
  CHECK(record.text() == " twoone four three six five");
  CHECK(record.log.size() == 8);
}

TEST_CASE("a scripted model's text is not UTF-8 at times") {
  const LlmRecord record = Stand(broken(&Faults::invalid_utf8)).ask();
  CHECK(record.text().size() == 6 + std::string("one two three four five six").size());
}

}  // namespace
}  // namespace voiceagent::sim
