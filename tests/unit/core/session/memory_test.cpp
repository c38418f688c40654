// What a session holds, by the allocator's account, with what it takes from the pool of frames.
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/engine.h"
#include "support/alloc_counter.h"
#include "support/catch.h"
#include "support/heap.h"
#include "support/session_rig.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

constexpr std::size_t kSessions = 100;

// Sessions that hear the same, in virtual time.
class Hall {
 public:
  explicit Hall(AgentOptions agent) {
    EngineOptions options;
    options.executors = {time_};
    options.workers = time_->workers();
    options.logger = make_null_logger();
    options.registry = std::make_shared<Registry>();
    engine_ = make_engine(std::move(options)).value();
    agent_ = engine_->make_agent(std::move(agent)).value();
    open(1);  // what is made once and for all
    hear(sim::speak("is anybody there"));
    hear(sim::silence(10s));
    empty_ = heap_bytes();
  }
  ~Hall() {
    sessions_.clear();
    time_->run_for(10s);
  }
  Hall(const Hall&) = delete;
  Hall& operator=(const Hall&) = delete;

  void open(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) sessions_.push_back(agent_->open_session().value());
    time_->run_for(0ms);
  }
  void hear(const Pcm& audio) {
    for (std::span<const std::int16_t> rest = audio.samples; !rest.empty();) {
      const auto frame = rest.first(std::min<std::size_t>(320, rest.size()));
      rest = rest.subspan(frame.size());
      time_->run_for(20ms);
      for (const auto& session : sessions_) (void)session->push_audio({frame, 16'000});
    }
  }
  // The microphones of `minutes` in which nobody says anything.
  void hear_silence(int minutes) {
    const Pcm second = sim::silence(1s);
    for (int i = 0; i < 60 * minutes; ++i) hear(second);
  }
  const Session& first() const { return *sessions_.front(); }
  // Of each session that was opened since the beginning.
  std::size_t bytes_each() const { return (heap_bytes() - empty_) / (sessions_.size() - 1); }

 private:
  std::shared_ptr<VirtualExecutor> time_ = VirtualExecutor::create();
  std::shared_ptr<Engine> engine_;
  std::shared_ptr<Agent> agent_;
  std::vector<std::shared_ptr<Session>> sessions_;
  std::size_t empty_ = 0;
};

}  // namespace

TEST_CASE("a session that listens while nobody speaks holds little: its pre-roll and itself") {
  if (!kHeapIsMeasured) return;
  Hall hall(scripted_agent("Yes."));
  hall.open(kSessions);
  hall.hear(sim::speak("one two three four five six seven eight nine ten"));
  hall.hear(sim::silence(10s));
  const std::size_t bytes = hall.bytes_each();
  INFO(bytes << " bytes");
  CHECK(bytes < 48 * 1024);
}

TEST_CASE("a session that talks holds no more of its speech than 300 ms and the lead") {
  if (!kHeapIsMeasured) return;
  Hall hall(scripted_agent(
      "This is a long story, and it goes on, and on, and on, for as long as it likes to."));
  hall.open(kSessions);
  hall.hear(sim::speak("tell me a story"));
  hall.hear(sim::silence(2s));
  const std::size_t bytes = hall.bytes_each();
  INFO(bytes << " bytes");
  CHECK(bytes < 56 * 1024);
}

TEST_CASE("a session that nobody speaks to grows by nothing from minute 10 to minute 60") {
  Hall hall(scripted_agent("Yes."));
  hall.hear_silence(10);
  const std::int64_t before = allocated_bytes();
  hall.hear_silence(50);
  CHECK(allocated_bytes() - before == 0);
}

TEST_CASE("a session grows by nothing from turn 100 to turn 1,000") {
  AgentOptions agent = scripted_agent("It is sunny, I think.");
  agent.limits.max_history_messages = 100;
  Hall hall(std::move(agent));
  const Pcm words = sim::speak("what is the time");
  const Pcm pause = sim::silence(3s);
  const auto turns = [&](int count) {
    for (int i = 0; i < count; ++i) {
      hall.hear(words);
      hall.hear(pause);
    }
  };
  turns(100);
  REQUIRE(hall.first().context().size() == 100);  // the history is full
  const std::int64_t before = allocated_bytes();
  turns(900);
  REQUIRE(hall.first().context().back().turn > 1'000);
  CHECK(allocated_bytes() - before == 0);
}
