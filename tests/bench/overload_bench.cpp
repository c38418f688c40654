// What becomes of those who talk when more callers come than there is room for. In virtual time, on
// an executor whose tasks cost processor time of that time line; the engine measures how late they
// are and decides whom it takes.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/engine.h"
#include "voiceagent/sim.h"
#include "voiceagent/voiceagent.h"

namespace voiceagent::bench {
namespace {

constexpr Duration kFrame{20'000'000};
constexpr Duration kMaxAdded{5'000'000};  // what a full engine adds to 99 % of the tasks
constexpr Duration kLimit{2'000'000};     // nobody is let in when tasks are so late
constexpr int kFramesPerTurn = 500;

double p99_ms(std::vector<Duration>& delays) {
  if (delays.empty()) return 0;
  const auto nth = delays.begin() + static_cast<std::ptrdiff_t>(delays.size() * 99 / 100);
  std::nth_element(delays.begin(), nth, delays.end());
  return to_ms(*nth);
}

// One processor: each task takes `cost`, and those that come meanwhile wait.
class BusyExecutor final : public Executor {
 public:
  BusyExecutor(std::shared_ptr<VirtualExecutor> time, Duration cost)
      : time_(std::move(time)), cost_(cost) {}

  Time now() const override { return time_->now(); }
  std::int64_t wall_time_ms() const override { return time_->wall_time_ms(); }
  bool is_current() const override { return time_->is_current(); }
  void post(Task task) override { enqueue({0, now(), std::move(task)}); }

  TimerId post_after(Duration delay, Task task) override {
    const TimerId id = ++last_id_;
    const Time due = now() + std::max(delay, Duration(0));
    timers_[id] = time_->post_after(delay, [this, id, due, task = std::move(task)]() mutable {
      timers_.erase(id);
      due_.insert(id);
      enqueue({id, due, std::move(task)});
    });
    return id;
  }
  bool cancel(TimerId timer) override {
    const auto found = timers_.find(timer);
    if (found == timers_.end()) return due_.erase(timer) > 0;
    const TimerId inner = found->second;
    timers_.erase(found);
    return time_->cancel(inner);
  }

  // Forgets what was measured.
  void begin_window() { delays_.clear(); }
  // How late tasks began, all but one in a hundred at most.
  double p99_ms() { return bench::p99_ms(delays_); }

 private:
  struct Waiting {
    TimerId timer = 0;  // 0: none
    Time due{};
    Task task;
  };

  void enqueue(Waiting waiting) {
    queue_.push_back(std::move(waiting));
    if (running_) return;
    running_ = true;
    time_->post_after(free_ - now(), [this] { run(); });
  }
  void run() {
    Waiting next = std::move(queue_.front());
    queue_.pop_front();
    if (next.timer == 0 || due_.erase(next.timer) > 0) {
      delays_.push_back(now() - next.due);
      next.task();
      free_ = now() + cost_;
    }
    running_ = !queue_.empty();
    if (running_) time_->post_after(free_ - now(), [this] { run(); });
  }

  const std::shared_ptr<VirtualExecutor> time_;
  const Duration cost_;
  std::deque<Waiting> queue_;
  std::unordered_map<TimerId, TimerId> timers_;  // not yet due: ours, the inner one
  std::unordered_set<TimerId> due_;              // in the queue
  std::vector<Duration> delays_;
  Time free_{};
  TimerId last_id_ = 0;
  bool running_ = false;
};

struct Outcome {
  double p99_ms = 0;       // of the tasks' lateness
  double response_ms = 0;  // the 99th percentile from the end of speech to the first audio
  std::size_t admitted = 0;
  std::size_t refused = 0;
};

// Callers who come one by one and talk until the end, a turn of 10 s again and again.
class Callers {
 public:
  explicit Callers(Duration max_lateness)
      : busy_(std::make_shared<BusyExecutor>(time_, Duration(50'000))) {
    EngineOptions engine;
    engine.executors = {busy_};
    engine.workers = time_->workers();
    engine.logger = make_null_logger();
    engine.registry = std::make_shared<Registry>();
    engine.admission.max_lateness = max_lateness;
    engine_ = *make_engine(std::move(engine));
    AgentOptions agent;
    agent.stt = {"stt", {}, sim::scripted_stt()};
    sim::LlmDelivery llm;
    llm.first_token = Duration(300'000'000);
    llm.per_step = Duration(20'000'000);
    sim::TtsScript tts;
    tts.speed = 4;
    agent.llm = {"llm", {}, sim::scripted_llm(sim::fixed_reply("It will be sunny at noon."), llm)};
    agent.tts = {"tts", {}, sim::scripted_tts(tts)};
    agent.vad = {"level", {}, sim::level_vad()};
    agent_ = *engine_->make_agent(std::move(agent));
  }
  ~Callers() {
    subscriptions_.clear();
    sessions_.clear();
    engine_.reset();
    agent_.reset();
    time_->run_for(Duration(30'000'000'000));
  }

  Outcome talk(std::size_t callers) {
    for (std::size_t i = 0; i < callers; ++i) {
      if (auto session = agent_->open_session(); session.ok()) add(*session);
      frames(5);
    }
    frames(kFramesPerTurn);  // the last one's first turn is over
    busy_->begin_window();
    responses_.clear();
    frames(kFramesPerTurn);
    const EngineLoad load = engine_->load();
    return {busy_->p99_ms(), p99_ms(responses_), sessions_.size(),
            static_cast<std::size_t>(load.refused)};
  }

 private:
  void add(std::shared_ptr<Session> session) {
    subscriptions_.push_back(session->events().subscribe<event::TurnMetrics>(
        [this](const event::TurnMetrics& metrics) { responses_.push_back(metrics.response); }));
    sessions_.push_back(std::move(session));
  }

  // Each caller's frames come at their own time within the 20 ms.
  void frames(int count) {
    for (int n = 0; n < count; ++n, ++frame_) {
      const Time begun = time_->now();
      for (std::size_t i = 0; i < sessions_.size(); ++i) {
        time_->run_until(begun + kFrame * static_cast<std::int64_t>(i) /
                                     static_cast<std::int64_t>(sessions_.size()));
        const std::size_t at = (frame_ + 7 * i) % kFramesPerTurn * 320;
        const bool speaks = at + 320 <= turn_.samples.size();
        const auto samples =
            std::span(speaks ? turn_.samples : silence_.samples).subspan(speaks ? at : 0, 320);
        (void)sessions_[i]->push_audio({samples, 16'000});
      }
      time_->run_until(begun + kFrame);
    }
  }

  const Pcm turn_ = sim::speak("tell me what the weather is like");
  const Pcm silence_ = sim::silence(kFrame);
  const std::shared_ptr<VirtualExecutor> time_ = VirtualExecutor::create();
  const std::shared_ptr<BusyExecutor> busy_;
  std::shared_ptr<Engine> engine_;
  std::shared_ptr<Agent> agent_;
  std::vector<std::shared_ptr<Session>> sessions_;
  std::vector<Subscription> subscriptions_;
  std::vector<Duration> responses_;
  std::size_t frame_ = 0;
};

Outcome without_admission(std::size_t callers) { return Callers(Duration(0)).talk(callers); }

// The most callers of whom 99 % of the tasks are at most 5 ms late.
std::size_t capacity() {
  const auto fits = [](std::size_t callers) {
    return without_admission(callers).p99_ms <= to_ms(kMaxAdded);
  };
  std::size_t good = 16;
  std::size_t bad = 32;
  while (fits(bad)) good = std::exchange(bad, bad * 2);
  while (bad - good > 2) {
    const std::size_t middle = (good + bad) / 2;
    (fits(middle) ? good : bad) = middle;
  }
  return good;
}

void overload_at_150_percent(benchmark::State& state) {
  for (auto _ : state) {
    const std::size_t full = capacity();
    const Outcome easy = without_admission(full * 4 / 5);
    const Outcome crowded = Callers(kLimit).talk(full * 3 / 2);
    state.counters["capacity"] = static_cast<double>(full);
    state.counters["p99_at_80_ms"] = easy.p99_ms;
    state.counters["p99_at_150_ms"] = crowded.p99_ms;
    state.counters["response_p99_at_80_ms"] = easy.response_ms;
    state.counters["response_p99_at_150_ms"] = crowded.response_ms;
    state.counters["admitted_percent"] =
        100.0 * static_cast<double>(crowded.admitted) / static_cast<double>(full);
    state.counters["refused"] = static_cast<double>(crowded.refused);
  }
}
BENCHMARK(overload_at_150_percent)->Iterations(1)->Unit(benchmark::kSecond);

}  // namespace
}  // namespace voiceagent::bench
