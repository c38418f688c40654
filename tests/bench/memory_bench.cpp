// What a session holds, part by part, in bytes of heap: measured by the allocator, many at a time.
#include <benchmark/benchmark.h>

#include <functional>
#include <memory>

#include "audio/echo_canceller.h"
#include "audio/frame_pool.h"
#include "audio/resampler.h"
#include "bench/heap.h"
#include "bench/scripted_session.h"

namespace voiceagent::bench {
namespace {

void report(benchmark::State& state, double bytes) {
  for (auto _ : state) benchmark::DoNotOptimize(bytes);
  state.counters["bytes"] = bytes;
}

// A session with everything in it but the detector's own memory; its pre-roll and output frames
// come from the engine's pool and are audio rings.
struct Talking {
  std::shared_ptr<Session> session;
};

double session_bytes(int turns) {
  ScriptedSession host("It is sunny.", vad_from_function([](auto) { return 0.0F; }));
  const Pcm frame = sim::silence(Duration(20'000'000));
  const auto open = [&] {
    Talking talking{*host.agent().open_session()};
    host.time().run_for(Duration(0));
    for (int i = 0; i < turns; ++i) {
      (void)talking.session->push_text("what is the weather like today");
      host.time().run_for(Duration(3'000'000'000));
    }
    (void)talking.session->push_audio(frame.view());
    return talking;
  };
  const double bytes = bytes_each<Talking>(open);
  host.time().run_for(Duration(1));
  return bytes;
}

// By how much a session's memory grows from minute 10 to minute 60 of silence.
void growth_in_silence(benchmark::State& state) {
  ScriptedSession host("It is sunny.", sim::level_vad());
  const Pcm second = sim::silence(Duration(1'000'000'000));
  const auto minutes = [&](int count) {
    for (int i = 0; i < 60 * count; ++i) host.hear(second);
  };
  minutes(10);
  const std::size_t before = heap_bytes();
  minutes(50);
  report(state, static_cast<double>(heap_bytes()) - static_cast<double>(before));
}
BENCHMARK(growth_in_silence)->Iterations(1);

// The same from turn 100 to turn 1,000, with a history that turn 100 has filled.
void growth_over_turns(benchmark::State& state) {
  ScriptedSession host("It is sunny, I think.", sim::level_vad(), 100);
  const Pcm words = sim::speak("what is the time");
  const Pcm pause = sim::silence(Duration(3'000'000'000));
  const auto turns = [&](int count) {
    for (int i = 0; i < count; ++i) {
      host.hear(words);
      host.hear(pause);
    }
  };
  turns(100);
  const std::size_t before = heap_bytes();
  turns(900);
  report(state, static_cast<double>(heap_bytes()) - static_cast<double>(before));
}
BENCHMARK(growth_over_turns)->Iterations(1);

void session_just_opened(benchmark::State& state) { report(state, session_bytes(0)); }
void session_after_ten_turns(benchmark::State& state) { report(state, session_bytes(10)); }

void preroll_ring(benchmark::State& state) {
  const auto pool = FramePool::create(320, 0);
  report(state, 24 * bytes_each<FramePtr>([&] { return pool->take(320); }));
}

void resampler_48_to_16(benchmark::State& state) {
  report(state, bytes_each<std::unique_ptr<Resampler>>(
                    [] { return std::move(*Resampler::create(48'000, 16'000)); }));
}

#if VOICEAGENT_WITH_WEBRTC_AUDIO
void webrtc_detector(benchmark::State& state) {
  Registry registry;
  register_builtin_providers(registry);
  const auto provider = *registry.make_vad("webrtc", {}, {nullptr, make_null_logger()});
  report(state,
         bytes_each<std::unique_ptr<VadStream>>([&] { return std::move(*provider->start({})); }));
}
BENCHMARK(webrtc_detector)->Iterations(1);

void echo_canceller(benchmark::State& state) {
  report(state, bytes_each<std::unique_ptr<EchoCanceller>>(
                    [] { return EchoCanceller::create(16'000, 16'000); }));
}
BENCHMARK(echo_canceller)->Iterations(1);
#endif

BENCHMARK(session_just_opened)->Iterations(1);
BENCHMARK(session_after_ten_turns)->Iterations(1);
BENCHMARK(preroll_ring)->Iterations(1);
BENCHMARK(resampler_48_to_16)->Iterations(1);

}  // namespace
}  // namespace voiceagent::bench
