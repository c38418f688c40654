// What it costs to score a transcript.
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

#include "core/turn/completeness.h"

namespace voiceagent {
namespace {

void completeness_of_a_sentence(benchmark::State& state) {
  const std::string_view text = "i'd like to book a table for two tomorrow at seven please";
  for (auto _ : state) benchmark::DoNotOptimize(score_completeness(text));
}
BENCHMARK(completeness_of_a_sentence);

void completeness_of_a_long_turn(benchmark::State& state) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "and then i told them that it doesn't work ";
  text += "because";
  for (auto _ : state) benchmark::DoNotOptimize(score_completeness(text));
}
BENCHMARK(completeness_of_a_long_turn);

}  // namespace
}  // namespace voiceagent
