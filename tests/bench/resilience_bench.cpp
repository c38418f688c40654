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

// The time of a turn of 10 s: 500 frames in, some 250 out. 0: providers as they are, 1: wrapped.
void turn_with_wrappers(benchmark::State& state) {
  ScriptedSession session("It is going to be sunny in the morning, with some clouds later on.",
                          sim::level_vad(), 20, plain(state.range(0) != 0));
  const Pcm words = sim::speak("tell me what the weather is like");
  const Pcm pause = sim::silence(Duration(10'000'000'000) - words.view().duration());
  for (auto _ : state) {
    session.hear(words);
    session.hear(pause);
  }
}
BENCHMARK(turn_with_wrappers)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

// The same of a frame in and a frame out while the agent speaks.
void frame_with_wrappers(benchmark::State& state) {
  std::string reply;
  for (int i = 0; i < 2'000; ++i) reply += "word ";
  ScriptedSession session(reply, vad_from_function([](auto) { return 0.0F; }), 20,
                          plain(state.range(0) != 0));
  const Pcm frame = sim::silence(Duration(20'000'000));
  int spoken = 20'000;
  for (auto _ : state) {
    if (++spoken >= 20'000) {  // the reply lasts 600 s
      state.PauseTiming();
      session.get().interrupt();
      session.type("go on");
      for (int i = 0; i < 200; ++i) session.push(frame.view());
      spoken = 0;
      state.ResumeTiming();
    }
    session.push(frame.view());
  }
}
BENCHMARK(frame_with_wrappers)->Arg(0)->Arg(1);

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
}

void many_callers_with_faults(benchmark::State& state) {
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
