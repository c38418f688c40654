// What the engine itself costs: events, frames, whole conversations with scripted providers.
#include <benchmark/benchmark.h>

#include <string>

#include "bench/scripted_session.h"
#include "core/events/publisher.h"
#include "support/alloc_counter.h"

namespace voiceagent::bench {
namespace {

void one_event_to_one_subscriber(benchmark::State& state) {
  const auto time = VirtualExecutor::create();
  CallBoard board(*time);
  Publisher bus("bench", *time, board);
  std::int64_t seen = 0;
  const Subscription subscription = bus.subscribe<event::SpeechStarted>(
      [&seen](const event::SpeechStarted& e) { seen += e.start.count(); });
  const std::uint64_t before = test::allocations();
  for (auto _ : state) bus.publish(1, event::SpeechStarted{Duration(1)});
  benchmark::DoNotOptimize(seen);
  state.counters["allocations"] = benchmark::Counter(
      static_cast<double>(test::allocations() - before), benchmark::Counter::kAvgIterations);
}
BENCHMARK(one_event_to_one_subscriber);

// A 20 ms frame from push_audio to the end of the hearing path, with a detector that costs nothing:
// re-framing, pre-roll, speech gate, the audio_in event.
void frame_in(benchmark::State& state) {
  ScriptedSession session("yes", vad_from_function([](auto) { return 0.0F; }));
  const Pcm frame = sim::silence(Duration(20'000'000));
  for (int i = 0; i < 200; ++i) session.push(frame.view());
  const std::uint64_t before = test::allocations();
  for (auto _ : state) (void)session.get().push_audio(frame.view());
  state.counters["allocations"] = benchmark::Counter(
      static_cast<double>(test::allocations() - before), benchmark::Counter::kAvgIterations);
}
BENCHMARK(frame_in);

// A frame in and a frame out while the agent speaks: timers, pacing, playout clock, heard text.
void frame_in_and_out_while_speaking(benchmark::State& state) {
  std::string reply;
  for (int i = 0; i < 2'000; ++i) reply += "word ";
  ScriptedSession session(reply, vad_from_function([](auto) { return 0.0F; }));
  const Pcm frame = sim::silence(Duration(20'000'000));
  const auto begin_reply = [&] {
    session.get().interrupt();
    session.type("go on");
    for (int i = 0; i < 200; ++i) session.push(frame.view());
  };
  begin_reply();
  int spoken = 0;
  std::uint64_t allocations = 0;
  for (auto _ : state) {
    if (++spoken == 20'000) {  // the reply lasts 600 s
      state.PauseTiming();
      begin_reply();
      spoken = 0;
      state.ResumeTiming();
    }
    const std::uint64_t before = test::allocations();
    session.push(frame.view());
    allocations += test::allocations() - before;
  }
  state.counters["allocations"] =
      benchmark::Counter(static_cast<double>(allocations), benchmark::Counter::kAvgIterations);
}
BENCHMARK(frame_in_and_out_while_speaking);

// Twelve turns in two minutes: the user speaks for about 2 s, the agent for about 5.
void two_minutes_of_conversation(benchmark::State& state) {
  const Pcm words = sim::speak("tell me what the weather is like");
  const Pcm pause = sim::silence(Duration(10'000'000'000) - words.view().duration());
  std::int64_t turns = 0;
  for (auto _ : state) {
    ScriptedSession session(
        "It is going to be sunny in the morning, with some clouds later in the afternoon.",
        sim::level_vad());
    const Subscription finished = session.get().events().subscribe<event::PlaybackFinished>(
        [&turns](const event::PlaybackFinished&) { ++turns; });
    for (int turn = 0; turn < 12; ++turn) {
      session.hear(words);
      session.hear(pause);
    }
  }
  state.counters["turns"] =
      benchmark::Counter(static_cast<double>(turns), benchmark::Counter::kAvgIterations);
}
BENCHMARK(two_minutes_of_conversation)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace voiceagent::bench
