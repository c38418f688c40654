// What resilience costs while all is well, and what it brings when it isn't.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/heap.h"
#include "bench/scripted_session.h"
#include "core/resilience/llm_chain.h"
#include "sim/chance.h"

namespace voiceagent::bench {
namespace {

// Providers as they are, or each in its wrapper.
ResilienceOptions plain(bool wrapped) {
  ResilienceOptions options;
  options.retries = wrapped ? 1 : 0;
  options.apology.clear();
  return options;
}

// Turns of 10 s: 500 frames in, and as many out as the reply lasts.
class Turns {
 public:
  explicit Turns(bool wrapped)
      : session_("It is going to be sunny in the morning, with some clouds later on.",
                 sim::level_vad(), 20, plain(wrapped)),
        audio_out_(session_.get().events().subscribe<event::AudioOut>(
            [this](const event::AudioOut&) { ++frames_out_; })) {}

  void turn() {
    session_.hear(words_);
    session_.hear(pause_);
    ++turns_;
  }
  double frames_out() const { return static_cast<double>(frames_out_) / turns_; }

 private:
  const Pcm words_ = sim::speak("tell me what the weather is like");
  const Pcm pause_ = sim::silence(Duration(10'000'000'000) - words_.view().duration());
  ScriptedSession session_;
  Subscription audio_out_;
  std::int64_t frames_out_ = 0;
  int turns_ = 0;
};

// Frames in, and as many out while the agent speaks.
class Frames {
 public:
  Frames(bool wrapped, bool speaks)
      : speaks_(speaks),
        session_(reply(), vad_from_function([](auto) { return 0.0F; }), 20, plain(wrapped)) {}

  void begin() {
    if (!speaks_) return;
    session_.get().interrupt();
    session_.type("go on");
    push(200);
  }
  void push(int count) {
    for (int i = 0; i < count; ++i) session_.push(frame_.view());
  }

 private:
  // It lasts 600 s.
  static std::string reply() {
    std::string reply;
    for (int i = 0; i < 2'000; ++i) reply += "word ";
    return reply;
  }

  const bool speaks_;
  const Pcm frame_ = sim::silence(Duration(20'000'000));
  ScriptedSession session_;
};

// 0: providers as they are, 1: wrapped.
void turn_with_wrappers(benchmark::State& state) {
  Turns turns(state.range(0) != 0);
  for (auto _ : state) turns.turn();
}
BENCHMARK(turn_with_wrappers)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

// The same of a frame in and a frame out while the agent speaks.
void frame_with_wrappers(benchmark::State& state) {
  Frames frames(state.range(0) != 0, true);
  int spoken = 20'000;
  for (auto _ : state) {
    if (++spoken >= 20'000) {
      state.PauseTiming();
      frames.begin();
      spoken = 0;
      state.ResumeTiming();
    }
    frames.push(1);
  }
}
BENCHMARK(frame_with_wrappers)->Arg(0)->Arg(1);

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// How much more processor time the second takes, in microseconds: the difference of the medians of
// many rounds, taken in turns, so that what else the machine does meets both.
template <class F>
double difference_us(F first, F second, int rounds) {
  const auto cpu_us = [](F& f) {
    timespec begun{};
    timespec end{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begun);
    f();
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    return static_cast<double>(end.tv_sec - begun.tv_sec) * 1e6 +
           static_cast<double>(end.tv_nsec - begun.tv_nsec) / 1e3;
  };
  std::vector<double> of_first;
  std::vector<double> of_second;
  for (int i = 0; i < rounds; ++i) {
    of_first.push_back(cpu_us(first));
    of_second.push_back(cpu_us(second));
  }
  return median(of_second) - median(of_first);
}

double more_per_frame_us(bool speaks) {
  constexpr int kBatch = 100;
  Frames plain(false, speaks);
  Frames wrapped(true, speaks);
  plain.begin();
  wrapped.begin();
  const auto push = [](Frames& frames) { return [&frames] { frames.push(kBatch); }; };
  return difference_us(push(plain), push(wrapped), 250) / kBatch;
}

// What wrappers add to a frame in, to a frame in and one out, to a turn of 10 s, and to a turn
// beyond its frames: the beginning and the end of its streams, its words.
void more_with_wrappers(benchmark::State& state) {
  for (auto _ : state) {
    const double in = more_per_frame_us(false);
    const double both = more_per_frame_us(true);
    Turns plain(false);
    Turns wrapped(true);
    const auto turn = [](Turns& turns) { return [&turns] { turns.turn(); }; };
    const double whole = difference_us(turn(plain), turn(wrapped), 1'000);
    const double out = wrapped.frames_out();
    state.counters["frame_in_us"] = in;
    state.counters["frame_in_and_out_us"] = both;
    state.counters["frames_out"] = out;
    state.counters["turn_us"] = whole;
    state.counters["turn_beyond_frames_us"] = whole - out * both - (500 - out) * in;
  }
}
BENCHMARK(more_with_wrappers)->Iterations(1)->Unit(benchmark::kSecond);

// How late the first token of a model's reply is, in ms.
using LatencyDraw = std::function<double(sim::Chance&)>;

struct FirstToken final : LlmSink {
  bool came = false;
  bool over = false;
  void delta(std::string_view) override { came = true; }
  void intent(const Intent&) override {}
  void tool_call(const ToolCall&) override {}
  void done(const Usage&, FinishReason) override {}
  void error(const ProviderError&) override { came = true; }
  void closed() override { over = true; }
};

struct Hedged {
  double p99 = 0;
  double more_requests = 0;  // as a share
};

Hedged run_hedged(const LatencyDraw& draw, bool hedging, int requests) {
  const auto time = VirtualExecutor::create();
  const auto workers = time->workers();
  const auto logger = make_null_logger();
  sim::Chance chance(7);
  int asked = 0;
  const auto model = sim::scripted_llm([&](std::span<const Message>) {
    ++asked;
    const auto late = Duration(static_cast<std::int64_t>(draw(chance) * 1e6));
    return std::vector<sim::LlmStep>{{late, "yes"}};
  });
  ResilienceOptions options;
  options.retries = 0;
  options.hedging = hedging;
  options.first_token = Duration(60'000'000'000);
  LlmChain chain({{"model", model, std::make_shared<ProviderHealth>()}}, options);
  std::vector<double> delays;
  for (int i = 0; i < requests; ++i) {
    const std::vector<Message> messages{{Role::kUser, "hello", false}};
    LlmRequest request;
    request.context = {time.get(), workers.get(), logger.get()};
    request.messages = messages;
    FirstToken sink;
    const Time begun = time->now();
    const auto stream = std::move(*chain.start(request, sink));
    while (!sink.came) time->run_for(Duration(1'000'000));
    delays.push_back(to_ms(time->now() - begun));
    while (!sink.over) time->run_for(Duration(1'000'000));
    time->run_for(Duration(1'000'000));
  }
  std::ranges::sort(delays);
  return {delays[delays.size() * 99 / 100], asked / static_cast<double>(requests) - 1.0};
}

void report_hedging(benchmark::State& state, const LatencyDraw& draw) {
  constexpr int kRequests = 20'000;
  for (auto _ : state) {
    const Hedged off = run_hedged(draw, false, kRequests);
    const Hedged on = run_hedged(draw, true, kRequests);
    state.counters["p99_off_ms"] = off.p99;
    state.counters["p99_on_ms"] = on.p99;
    state.counters["p99_falls_percent"] = 100 * (1 - on.p99 / off.p99);
    state.counters["more_requests_percent"] = 100 * on.more_requests;
  }
}

// Stalls to ten times the median in 2 % of the calls.
void hedging_a_model_that_stalls(benchmark::State& state) {
  report_hedging(state, [](sim::Chance& chance) {
    const double usual = 350 + 100 * chance.unit();
    return chance.yes(0.02) ? 10 * usual : usual;
  });
}
BENCHMARK(hedging_a_model_that_stalls)->Iterations(1)->Unit(benchmark::kSecond);

// Lognormal, the 99th percentile at ten times the median.
void hedging_a_lognormal_model(benchmark::State& state) {
  report_hedging(state, [](sim::Chance& chance) {
    // Box-Muller; 2.326 is the normal distribution's 99th percentile.
    const double u = std::max(chance.unit(), 1e-12);
    const double normal = std::sqrt(-2 * std::log(u)) * std::cos(6.283185307 * chance.unit());
    return 400 * std::exp(std::log(10.0) / 2.326 * normal);
  });
}
BENCHMARK(hedging_a_lognormal_model)->Iterations(1)->Unit(benchmark::kSecond);

// A provider's faults, 2 % of its streams.
sim::Faults two_percent() {
  sim::Faults faults;
  faults.refused_start = faults.error = faults.disconnect = faults.stall = 0.005;
  return faults;
}

// Many sessions of one engine; each has a turn of 10 s again and again, and the microphone is on.
class Callers {
 public:
  explicit Callers(std::size_t count) : time_(VirtualExecutor::create()) {
    EngineOptions engine;
    engine.executors = {time_};
    engine.workers = time_->workers();
    engine.logger = make_null_logger();
    engine.registry = std::make_shared<Registry>();
    engine_ = *make_engine(std::move(engine));
    agent_ = *engine_->make_agent(agent());
    for (std::size_t i = 0; i < count; ++i) {
      sessions_.push_back(*agent_->open_session());
    }
    time_->run_for(Duration(0));
    for (const auto& session : sessions_) {
      subscriptions_.push_back(session->events().subscribe<event::TurnMetrics>(
          [this](const event::TurnMetrics&) { ++replies_; }));
    }
  }

  void talk(Duration length) {
    const Pcm turn = sim::speak("tell me what the weather is like");
    const Time end = time_->now() + length;
    std::size_t frame = 0;
    const Pcm silence = sim::silence(Duration(20'000'000));
    while (time_->now() < end) {
      for (std::size_t i = 0; i < sessions_.size(); ++i) {
        // They don't all speak at the same time.
        const std::size_t at = (frame + 7 * i) % 500 * 320;
        const bool speaks = at + 320 <= turn.samples.size();
        const auto samples =
            std::span(speaks ? turn.samples : silence.samples).subspan(speaks ? at : 0, 320);
        (void)sessions_[i]->push_audio({samples, 16'000});
      }
      ++frame;
      time_->run_for(Duration(20'000'000));
    }
  }

  void hang_up() {
    subscriptions_.clear();
    sessions_.clear();
    time_->run_for(Duration(30'000'000'000));
  }

  std::size_t open() const { return engine_->load().sessions; }
  // Whether a task or a timer is still there.
  bool idle() { return time_->run_until_idle(Duration(0)); }
  std::size_t stuck() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(sessions_, [](const auto& session) { return !session->idle(); }));
  }
  void rest() { time_->run_for(Duration(60'000'000'000)); }
  std::int64_t replies() const { return replies_; }

 private:
  static AgentOptions agent() {
    const std::string reply = "It will be sunny in the morning, with a few clouds around noon.";
    sim::SttScript stt;
    sim::LlmDelivery llm;
    sim::TtsScript tts;
    stt.faults = llm.faults = tts.faults = two_percent();
    AgentOptions options;
    options.stt = {"stt", {}, sim::scripted_stt(stt)};
    options.llm = {"llm", {}, sim::scripted_llm(sim::fixed_reply(reply), llm)};
    options.tts = {"tts", {}, sim::scripted_tts(tts)};
    stt.seed = llm.seed = tts.seed = 1;
    options.stt.fallbacks = {{"stt 2", {}, sim::scripted_stt(stt)}};
    options.llm.fallbacks = {{"llm 2", {}, sim::scripted_llm(sim::fixed_reply(reply), llm)}};
    options.tts.fallbacks = {{"tts 2", {}, sim::scripted_tts(tts)}};
    options.vad = {"level", {}, sim::level_vad()};
    options.limits.max_history_messages = 20;
    return options;
  }

  const std::shared_ptr<VirtualExecutor> time_;
  std::shared_ptr<Engine> engine_;
  std::shared_ptr<Agent> agent_;
  std::vector<std::shared_ptr<Session>> sessions_;
  std::vector<Subscription> subscriptions_;
  std::int64_t replies_ = 0;
};

// Sessions, simulated minutes each.
void let_them_talk(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const Duration length = std::chrono::minutes(state.range(1));
  Callers callers(count);
  callers.talk(std::chrono::seconds(200));  // their contexts are full
  callers.rest();
  const std::size_t before = heap_bytes();
  const std::clock_t begun = std::clock();
  callers.talk(length);
  const double cpu = static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
  callers.rest();
  state.counters["stuck"] = static_cast<double>(callers.stuck());
  state.counters["growth_bytes_per_session"] =
      (static_cast<double>(heap_bytes()) - static_cast<double>(before)) /
      static_cast<double>(count);
  state.counters["replies"] = static_cast<double>(callers.replies());
  state.counters["session_s_per_cpu_s"] =
      static_cast<double>(count) * to_ms(length) / 1'000.0 / cpu;
  callers.hang_up();
  state.counters["open_at_the_end"] = static_cast<double>(callers.open());
  state.counters["timers_left"] = callers.idle() ? 0 : 1;
}

// What is made once and for all.
void talk_for_a_moment() {
  Callers callers(1);
  callers.talk(std::chrono::minutes(1));
  callers.rest();
  callers.hang_up();
}

// What is left includes what the allocator keeps at hand for a thread; without that, by
// GLIBC_TUNABLES=glibc.malloc.tcache_count=0, it is the same for one session and for 200.
void many_callers_with_faults(benchmark::State& state) {
  talk_for_a_moment();
  for (auto _ : state) {
    const std::size_t before = heap_bytes();
    let_them_talk(state);
    state.counters["left_bytes"] = static_cast<double>(heap_bytes()) - static_cast<double>(before);
  }
}
BENCHMARK(many_callers_with_faults)
    ->Args({200, 60})
    ->Args({1, 24 * 60})
    ->Iterations(1)
    ->Unit(benchmark::kSecond);

}  // namespace
}  // namespace voiceagent::bench
