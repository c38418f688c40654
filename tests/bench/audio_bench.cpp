// What the audio path costs per 20 ms frame, and what its parts weigh.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "audio/frame_pool.h"
#include "audio/g711.h"
#include "audio/mix.h"
#include "audio/reframer.h"
#include "audio/resampler.h"
#include "bench/heap.h"
#include "bench/voice.h"

namespace voiceagent::bench {
namespace {

using test::Samples;

const char* name_of(ResamplerQuality quality) {
  if (quality == ResamplerQuality::kFast) return "fast";
  return quality == ResamplerQuality::kMedium ? "medium" : "best";
}

void resample(benchmark::State& state) {
  const auto from = static_cast<int>(state.range(0));
  const auto to = static_cast<int>(state.range(1));
  const auto quality = static_cast<ResamplerQuality>(state.range(2));
  const auto resampler = must(Resampler::create(from, to, quality));
  Voice voice(from);
  resampler->process(voice.next());
  for (auto _ : state) benchmark::DoNotOptimize(resampler->process(voice.next()).data());
  state.SetLabel(name_of(quality));
  state.counters["bytes"] = bytes_each<std::unique_ptr<Resampler>>(
      [&] { return must(Resampler::create(from, to, quality)); });
}
BENCHMARK(resample)
    ->ArgNames({"from", "to", "quality"})
    ->ArgsProduct({{48000, 44100, 24000, 8000}, {16000}, {0, 1, 2}})
    ->ArgsProduct({{16000}, {48000, 24000, 8000}, {0, 1, 2}})
    ->Args({16000, 16000, 0})
    ->Unit(benchmark::kMicrosecond);

void reframe_10_to_20_ms(benchmark::State& state) {
  Reframer reframer(320);
  Voice voice(8000);  // whose frames are half as long
  for (auto _ : state) {
    for (int half = 0; half < 2; ++half) {
      reframer.push(voice.next(), [](auto frame) { benchmark::DoNotOptimize(frame.data()); });
    }
  }
}
BENCHMARK(reframe_10_to_20_ms);

void frame_pool(benchmark::State& state) {
  static const auto pool = FramePool::create(960, 64);
  for (auto _ : state) {
    FramePtr frame = pool->take(320);
    const FramePtr shared = frame;
    benchmark::DoNotOptimize(shared->samples().data());
  }
  const auto empty = FramePool::create(960, 0);
  state.counters["bytes"] = bytes_each<FramePtr>([&empty] { return empty->take(960); });
}
BENCHMARK(frame_pool);

void g711(benchmark::State& state) {
  const auto law = static_cast<G711Law>(state.range(0));
  Voice voice(8000);
  std::vector<std::uint8_t> codes(frame_of(8000));
  Samples samples(codes.size());
  for (auto _ : state) {
    g711_encode(law, voice.next(), codes);
    g711_decode(law, codes, samples);
    benchmark::DoNotOptimize(samples.data());
  }
  state.SetLabel(law == G711Law::kMuLaw ? "mu-law, both ways" : "A-law, both ways");
}
BENCHMARK(g711)->Arg(0)->Arg(1);

void level(benchmark::State& state) {
  Voice voice(16000);
  for (auto _ : state) benchmark::DoNotOptimize(measure_level(voice.next()).rms_dbfs);
}
BENCHMARK(level);

}  // namespace
}  // namespace voiceagent::bench
