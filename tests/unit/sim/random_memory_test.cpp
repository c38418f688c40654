// A long conversation takes no more memory than a short one.
#include "core/engine.h"
#include "sim/chance.h"
#include "support/catch.h"
#include "support/heap.h"
#include "voiceagent/sim.h"

namespace voiceagent::sim {
namespace {

using namespace std::chrono_literals;

// One session whose user speaks, interrupts, coughs and types at random, for as long as you like.
class LongCall {
 public:
  LongCall() {
    EngineOptions options;
    options.executors = {time_};
    options.workers = time_->workers();
    options.logger = make_null_logger();
    options.registry = std::make_shared<Registry>();
    AgentOptions agent;
    agent.limits.max_history_messages = 20;
    SttScript stt;
    stt.faults.error = 0.02;
    LlmDelivery llm;
    llm.per_step = Latency(10ms, 40ms);
    llm.faults.stall = 0.02;
    TtsScript tts;
    tts.faults.error = 0.02;
    agent.stt = {"stt", {}, scripted_stt(stt)};
    agent.llm = {"llm", {}, scripted_llm(fixed_reply("One two three, four five. Six seven."), llm)};
    agent.tts = {"tts", {}, scripted_tts(tts)};
    agent.vad = {"vad", {}, level_vad()};
    Result<std::shared_ptr<Engine>> engine = make_engine(std::move(options));
    REQUIRE(engine.ok());
    Result<std::shared_ptr<Agent>> made = (*engine)->make_agent(std::move(agent));
    REQUIRE(made.ok());
    Result<std::shared_ptr<Session>> session = (*made)->open_session();
    REQUIRE(session.ok());
    session_ = std::move(*session);
    time_->run_for(0ms);
  }
  ~LongCall() {
    session_.reset();
    time_->run_for(10s);
  }
  LongCall(const LongCall&) = delete;
  LongCall& operator=(const LongCall&) = delete;

  void go_on(Duration length) {
    for (const Time end = time_->now() + length; time_->now() < end;) {
      const double what = chance_.unit();
      if (what < 0.1) {
        REQUIRE(session_->push_text("hello").ok());
      } else {
        hear(speak(what < 0.2 ? "mm-hm" : "so it goes"));
      }
      hear(silence(chance_.between(Duration(100ms), Duration(3s))));
    }
  }
  std::size_t remembered() const { return session_->context().size(); }

 private:
  void hear(const Pcm& pcm) {
    for (std::span<const std::int16_t> rest = pcm.samples; !rest.empty();) {
      const auto frame = rest.first(std::min<std::size_t>(320, rest.size()));
      rest = rest.subspan(frame.size());
      time_->run_for(20ms);
      (void)session_->push_audio({frame, 16'000});
    }
  }

  std::shared_ptr<VirtualExecutor> time_ = VirtualExecutor::create();
  std::shared_ptr<Session> session_;
  Chance chance_{3};
};

TEST_CASE("a long conversation takes no more memory than a short one") {
  LongCall call;
  call.go_on(10min);
  CHECK(call.remembered() == 20);
  if (!test::kHeapIsMeasured) {
    WARN("not measured: the allocator is not glibc's own");
    return;
  }
  const std::size_t before = test::heap_bytes();
  call.go_on(60min);
  const std::size_t after = test::heap_bytes();
  INFO(before << " bytes in use after 10 minutes, " << after << " after 70");
  CHECK(after < before + 64 * 1024);
}

}  // namespace
}  // namespace voiceagent::sim
