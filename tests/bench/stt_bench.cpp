// What the built-in recogniser costs.
#if VOICEAGENT_WITH_POCKETSPHINX && VOICEAGENT_WITH_FLITE
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bench/heap.h"
#include "bench/voice.h"
#include "providers/stt/pocketsphinx/decoder_pool.h"
#include "providers/stt/pocketsphinx/stream.h"
#include "providers/tts/flite/synthesis.h"
#include "voiceagent/executor.h"

namespace voiceagent::bench {
namespace {

namespace ps = pocketsphinx;

constexpr std::string_view kSentence =
    "please turn on the light in the kitchen and tell me what the weather is like today";

class Samples final : public flite::Listener {
 public:
  void words(std::vector<SpokenSpan> /*words*/) override {}
  bool audio(std::span<const std::int16_t> samples) override {
    all.insert(all.end(), samples.begin(), samples.end());
    return true;
  }
  std::vector<std::int16_t> all;
};

// The sentence, with 0.4 s of hiss before and after it.
const std::vector<std::int16_t>& sentence() {
  static const std::vector<std::int16_t> samples = [] {
    Samples voice;
    flite::synthesize(flite::split_text(kSentence).front(), must(flite::find_voice("rms")), 1.0,
                      voice);
    std::vector<std::int16_t> all = test::noise(voice.all.size() + 12'800, 8);
    std::copy(voice.all.begin(), voice.all.end(), all.begin() + 6'400);
    return all;
  }();
  return samples;
}

struct NoSink final : SttSink {
  void partial(const Transcript& transcript) override { benchmark::DoNotOptimize(&transcript); }
  void final(const Transcript& transcript) override { benchmark::DoNotOptimize(&transcript); }
  void turn_signal(TurnSignal /*signal*/, float /*probability*/) override {}
  void writable() override {}
  void error(const ProviderError& /*error*/) override { std::abort(); }
  void closed() override {}
};

// One stream in virtual time: the work is done on the calling thread.
class Bench {
 public:
  explicit Bench(ps::DecodeMode mode) {
    ps::StreamOptions options;
    options.mode = mode;
    stream_ = ps::make_stream(pool_, options, {executor_.get(), workers_.get(), nullptr}, sink_);
    hear();  // a new decoder's first utterance takes longer
    settle();
  }
  ~Bench() {
    stream_->cancel();
    work();
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void hear() {
    const std::span<const std::int16_t> samples(sentence());
    for (std::size_t at = 0; at < samples.size(); at += 320) {
      const auto piece = samples.subspan(at, std::min<std::size_t>(320, samples.size() - at));
      if (!stream_->audio({piece, 16'000})) std::abort();
      work();
    }
  }
  void settle() {
    stream_->flush();
    work();
  }

 private:
  void work() { executor_->run_for(Duration(0)); }

  const std::shared_ptr<VirtualExecutor> executor_ = VirtualExecutor::create();
  const std::shared_ptr<WorkerPool> workers_ = executor_->workers();
  const std::shared_ptr<ps::DecoderPool> pool_ =
      std::make_shared<ps::DecoderPool>(ps::system_model(), 1);
  NoSink sink_;
  std::unique_ptr<SttStream> stream_;
};

// An utterance in frames of 20 ms; cpu_per_audio is CPU seconds a second of speech.
void pocketsphinx_utterance(benchmark::State& state, ps::DecodeMode mode) {
  Bench bench(mode);
  for (auto _ : state) {
    bench.hear();
    bench.settle();
  }
  const double seconds = static_cast<double>(sentence().size()) / ps::kSampleRate;
  state.counters["cpu_per_audio"] =
      benchmark::Counter(seconds * static_cast<double>(state.iterations()),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

// From the flush to the final.
void pocketsphinx_final(benchmark::State& state, ps::DecodeMode mode) {
  Bench bench(mode);
  for (auto _ : state) {
    state.PauseTiming();
    bench.hear();
    state.ResumeTiming();
    bench.settle();
  }
}

// Making a decoder, and what one holds.
void pocketsphinx_decoder(benchmark::State& state) {
  const ps::ModelFiles files = ps::system_model();
  double bytes = 0;
  for (auto _ : state) {
    const std::size_t before = heap_bytes();
    const auto decoder = must(ps::Decoder::create(files));
    bytes = static_cast<double>(heap_bytes() - before);
  }
  state.counters["bytes"] = bytes;
}

BENCHMARK_CAPTURE(pocketsphinx_utterance, live, ps::DecodeMode::kLive)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(pocketsphinx_utterance, whole, ps::DecodeMode::kWhole)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(pocketsphinx_final, live, ps::DecodeMode::kLive)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(pocketsphinx_final, whole, ps::DecodeMode::kWhole)->Unit(benchmark::kMillisecond);
BENCHMARK(pocketsphinx_decoder)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace voiceagent::bench
#endif
