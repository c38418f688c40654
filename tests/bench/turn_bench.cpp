// Turn taking in real time, on one thread, with providers that take no time: from the end of a turn
// to the first frame of its reply; and in virtual time, what a turn costs late in a conversation.
#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <thread>
#include <vector>

#include "bench/scripted_session.h"

namespace voiceagent::bench {
namespace {

using namespace std::chrono_literals;

constexpr Duration kHangover = 200ms;
constexpr int kTurns = 8;

AgentOptions instant_agent(int preemptive_replies) {
  AgentOptions options;
  sim::SttScript ears;
  ears.final_delay = Duration(0);
  sim::TtsScript mouth;
  mouth.first_audio = Duration(0);
  options.stt = {"scripted", {}, sim::scripted_stt(ears)};
  options.llm = {"scripted", {}, sim::scripted_llm(sim::fixed_reply("It is sunny."))};
  options.tts = {"scripted", {}, sim::scripted_tts(mouth)};
  options.vad = {"level", {}, sim::level_vad()};
  options.turn.endpointing_min = options.turn.endpointing_max = kHangover;
  options.turn.preemptive_replies = preemptive_replies;
  return options;
}

double cpu_seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

Duration thread_cpu() {
  return std::chrono::duration_cast<Duration>(
      std::chrono::duration<double>(cpu_seconds(CLOCK_THREAD_CPUTIME_ID)));
}

// One caller: a microphone of 20 ms frames that speaks for 1 s and is silent for 2.
class Caller {
 public:
  Caller(std::shared_ptr<Agent> agent, std::shared_ptr<Executor> executor, Duration phase)
      : executor_(std::move(executor)), session_(*agent->open_session({}, executor_)) {
    audio_ = sim::speak("what is the time");
    const Pcm pause = sim::silence(3s - audio_.view().duration());
    audio_.samples.insert(audio_.samples.end(), pause.samples.begin(), pause.samples.end());
    subscriptions_.push_back(session_->events().subscribe<event::TurnEnded>(
        [this](const event::TurnEnded& e, const EventEnvelope& envelope) {
          decided_ = envelope.time;
          decided_cpu_ = thread_cpu();
          due_ = envelope.time - e.transcript - e.endpointing + kHangover;
          waiting_ = true;
        }));
    subscriptions_.push_back(session_->events().subscribe<event::AudioOut>(
        [this](const event::AudioOut&, const EventEnvelope& envelope) {
          if (!std::exchange(waiting_, false)) return;
          from_decision.push_back(envelope.time - decided_);
          from_due.push_back(envelope.time - due_);
          work.push_back(thread_cpu() - decided_cpu_);
        }));
    begin_ = executor_->now() + phase;
    executor_->post_after(phase, [this] { tick(); });
  }

  std::vector<Duration> from_decision;
  std::vector<Duration> from_due;
  std::vector<Duration> work;  // what the thread did from the decision on, for all sessions
  std::atomic<bool> done{false};

 private:
  void tick() {
    const std::size_t frame = 320;
    const std::size_t at = (ticks_ * frame) % audio_.samples.size();
    (void)session_->push_audio({std::span(audio_.samples).subspan(at, frame), 16'000});
    ++ticks_;
    if (ticks_ == 150 * kTurns) {
      subscriptions_.clear();
      session_->close();
      done = true;
      return;
    }
    const Duration next = begin_ + 20ms * static_cast<int>(ticks_) - executor_->now();
    executor_->post_after(next, [this] { tick(); });
  }

  const std::shared_ptr<Executor> executor_;
  const std::shared_ptr<Session> session_;
  Pcm audio_;
  Time begin_{};
  std::size_t ticks_ = 0;
  Duration decided_{0};
  Duration decided_cpu_{0};
  Duration due_{0};
  bool waiting_ = false;
  std::vector<Subscription> subscriptions_;
};

double percentile_ms(std::vector<Duration>& all, double share) {
  std::ranges::sort(all);
  const auto index = static_cast<std::size_t>(share * static_cast<double>(all.size() - 1));
  return all.empty() ? -1 : static_cast<double>(all[index].count()) / 1e6;
}

// Of the 3 s that a caller's turns take: evenly spread however many there are, and in no step with
// the frames (multiples of the golden section).
Duration spread(int caller) {
  const double share = caller * 0.6180339887498949;
  return std::chrono::duration_cast<Duration>(3s * (share - std::floor(share)));
}

// Arguments: sessions, preemptive replies. "work" is what the thread itself did between: what is
// beyond it, it waited for, or for the processor.
void end_of_turn_to_first_frame(benchmark::State& state) {
  const auto sessions = static_cast<int>(state.range(0));
  const std::shared_ptr<Executor> executor = make_thread_executor();
  EngineOptions engine;
  engine.executors = {executor};
  engine.logger = make_null_logger();
  engine.registry = std::make_shared<Registry>();
  const auto agent = *(*make_engine(std::move(engine)))
                          ->make_agent(instant_agent(static_cast<int>(state.range(1))));
  std::vector<Duration> from_decision;
  std::vector<Duration> from_due;
  std::vector<Duration> work;
  for (auto _ : state) {
    std::vector<std::unique_ptr<Caller>> callers;
    for (int i = 0; i < sessions; ++i) {
      callers.push_back(std::make_unique<Caller>(agent, executor, spread(i)));
    }
    for (const auto& caller : callers) {
      while (!caller->done) std::this_thread::sleep_for(10ms);
    }
    for (const auto& caller : callers) {
      from_decision.insert(from_decision.end(), caller->from_decision.begin(),
                           caller->from_decision.end());
      work.insert(work.end(), caller->work.begin(), caller->work.end());
      from_due.insert(from_due.end(), caller->from_due.begin(), caller->from_due.end());
    }
  }
  state.counters["turns"] = static_cast<double>(from_due.size());
  state.counters["p50_ms"] = percentile_ms(from_decision, 0.5);
  state.counters["p99_ms"] = percentile_ms(from_decision, 0.99);
  state.counters["work_p99_ms"] = percentile_ms(work, 0.99);
  state.counters["due_p50_ms"] = percentile_ms(from_due, 0.5);
  state.counters["due_p99_ms"] = percentile_ms(from_due, 0.99);
}
BENCHMARK(end_of_turn_to_first_frame)
    ->Args({1, 0})
    ->Args({1, 3})
    ->Args({500, 0})
    ->Args({500, 3})
    ->Iterations(1)
    ->Unit(benchmark::kSecond);

// What ten turns cost around the sixth and around the six hundredth, as the least of some tries.
void a_turn_late_in_the_conversation(benchmark::State& state) {
  const Pcm words = sim::speak("what is the time");
  const Pcm pause = sim::silence(3s);
  double early = 1e9;
  double late = 1e9;
  for (auto _ : state) {
    ScriptedSession session("It is sunny, I think.", sim::level_vad());
    for (int turn = 1; turn <= 605; ++turn) {
      const double before = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
      session.hear(words);
      session.hear(pause);
      const double cost = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - before;
      if (turn >= 2 && turn <= 10) early = std::min(early, cost);
      if (turn > 595) late = std::min(late, cost);
    }
  }
  state.counters["turn_6_us"] = early * 1e6;
  state.counters["turn_600_us"] = late * 1e6;
  state.counters["ratio"] = late / early;
}
BENCHMARK(a_turn_late_in_the_conversation)->Iterations(5)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace voiceagent::bench
