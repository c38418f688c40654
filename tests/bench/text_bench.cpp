// What it costs to understand an utterance without a model, and to cut a reply into clauses.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "bench/voice.h"
#include "core/text/clause_splitter.h"
#include "providers/llm/intents/matcher.h"
#include "voiceagent/json.h"

namespace voiceagent {
namespace {

// `count` intents of five sentences each that have little in common.
intents::IntentsFile many_intents(std::size_t count) {
  constexpr std::string_view kVerbs[] = {"open",  "close", "start",  "stop", "find",
                                         "order", "paint", "repair", "sell", "measure"};
  constexpr std::string_view kThings[] = {"window", "engine", "garden", "kettle", "violin",
                                          "ladder", "orange", "saddle", "tunnel", "anchor"};
  JsonWriter json;
  json.begin_object().field("version", 1).key("intents").begin_array();
  for (std::size_t i = 0; i < count; ++i) {
    const std::string verb(kVerbs[i % 10]);
    const std::string thing(kThings[i / 10 % 10]);
    json.begin_object().field("name", "i" + std::to_string(i)).key("sentences").begin_array();
    json.value("[please] " + verb + " the " + thing + " [now]");
    json.value("(can|could) you " + verb + " (the|my) " + thing);
    json.value("i (want|would like) to " + verb + " a " + thing + " in {place}");
    json.value("when did we " + verb + " the last " + thing);
    json.value("is the " + thing + " (there|ready) to " + verb);
    json.end_array().key("replies").begin_array().value("Yes.").end_array().end_object();
  }
  json.end_array().end_object();
  return bench::must(intents::parse_intents(json.text()));
}

void understand(benchmark::State& state) {
  const intents::IntentsFile file = many_intents(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(intents::match(file, "could you repair my while in please", {}));
  }
}
BENCHMARK(understand)->ArgName("intents")->Arg(10)->Arg(100)->Unit(benchmark::kMicrosecond);

void split_into_clauses(benchmark::State& state) {
  constexpr std::string_view kWords[] = {"Well, ", "the ", "answer ", "is ",    "3.",
                                         "5, ",    "as ",  "Dr. ",    "Smith ", "said. "};
  ClauseSplitter splitter;
  std::size_t bytes = 0;
  for (auto _ : state) {
    splitter.reset();
    Clause clause;
    for (int i = 0; i < 100; ++i) {
      splitter.push(kWords[i % 10]);
      while (splitter.next(clause)) bytes += clause.text.size();
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(split_into_clauses);

}  // namespace
}  // namespace voiceagent
