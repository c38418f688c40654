// What the built-in synthesisers and detectors cost.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "support/signals.h"
#include "voiceagent/registry.h"
#if VOICEAGENT_WITH_FLITE
#include "providers/tts/flite/synthesis.h"
#endif

namespace voiceagent::bench {
namespace {

#if VOICEAGENT_WITH_FLITE
constexpr std::string_view kShort = "Sure, I can look that up for you";
constexpr std::string_view kLong =
    "The train to the airport leaves from platform four at twenty past six in the morning and "
    "takes about forty minutes because it stops at every tiny station along the coast before it "
    "reaches the main terminal";
static_assert(kShort.size() == 32 && kLong.size() == 205);

// Counts audio, and has had enough after `limit` pieces.
class Counter final : public flite::Listener {
 public:
  explicit Counter(int limit) : limit_(limit) {}
  void words(std::vector<SpokenSpan> words) override { benchmark::DoNotOptimize(words); }
  bool audio(std::span<const std::int16_t> samples) override {
    count += samples.size();
    return --limit_ > 0;
  }
  std::size_t count = 0;

 private:
  int limit_;
};

std::size_t speak(const flite::Voice& voice, std::string_view text, int limit) {
  Counter counter(limit);
  synthesize(flite::split_text(text).front(), voice, 1.0, counter);
  return counter.count;
}

// CPU time from the text to the first 20 ms of audio.
void flite_first_audio(benchmark::State& state, const std::string& voice, std::string_view text) {
  const flite::Voice found = flite::find_voice(voice).value();
  for (auto _ : state) benchmark::DoNotOptimize(speak(found, text, 1));
}

// A whole clause; cpu_per_audio is CPU seconds a second of speech.
void flite_clause(benchmark::State& state, const std::string& voice, std::string_view text) {
  const flite::Voice found = flite::find_voice(voice).value();
  std::size_t samples = 0;
  for (auto _ : state) samples += speak(found, text, 1'000'000);
  const double seconds = static_cast<double>(samples) / flite::kSampleRate;
  state.counters["cpu_per_audio"] =
      benchmark::Counter(seconds, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void register_flite() {
  for (const std::string& voice : flite::voice_names()) {
    for (const std::string_view text : {kShort, kLong}) {
      const std::string which = "/" + voice + "/" + std::to_string(text.size()) + "_characters";
      benchmark::RegisterBenchmark(("flite_first_audio" + which).c_str(), flite_first_audio, voice,
                                   text)
          ->Unit(benchmark::kMillisecond);
      benchmark::RegisterBenchmark(("flite_clause" + which).c_str(), flite_clause, voice, text)
          ->Unit(benchmark::kMillisecond);
    }
  }
}
#endif

// A detector's time a frame, over something like a voice.
void detector_frame(benchmark::State& state, const std::string& name) {
  Registry registry;
  register_builtin_providers(registry);
  const auto provider = registry.make_vad(name, {}, {}).value();
  const VadFormat format = provider->format();
  const auto stream = provider->start({}).value();
  const test::Samples voice = test::voice_like(format.sample_rate, 100 * format.frame_samples);
  std::size_t at = 0;
  for (auto _ : state) {
    const auto frame = std::span(voice).subspan(at, format.frame_samples);
    benchmark::DoNotOptimize(stream->process(frame));
    at = (at + format.frame_samples) % voice.size();
  }
}

const bool registered = [] {
#if VOICEAGENT_WITH_FLITE
  register_flite();
#endif
  Registry registry;
  register_builtin_providers(registry);
  for (const ProviderInfo* info : registry.list(ProviderKind::kVad)) {
    benchmark::RegisterBenchmark(("detector_frame/" + info->name).c_str(), detector_frame,
                                 info->name);
  }
  return true;
}();

}  // namespace
}  // namespace voiceagent::bench
