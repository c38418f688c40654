// What the ground everything stands on costs: executors, timers, workers, JSON, UTF-8.
#include <benchmark/benchmark.h>

#include <atomic>
#include <string>

#include "base/strand.h"
#include "base/utf8.h"
#include "support/alloc_counter.h"
#include "voiceagent/executor.h"
#include "voiceagent/json.h"

namespace voiceagent::bench {
namespace {

// Blocks until everything posted so far has run.
void settle(Executor& executor) {
  std::atomic<bool> done = false;
  executor.post([&done] {
    done = true;
    done.notify_one();
  });
  done.wait(false);
}

// From one thread to another: what the posting thread and the running one do between them.
void post_to_busy_thread(benchmark::State& state) {
  const auto executor = make_thread_executor();
  std::int64_t ran = 0;
  for (auto _ : state) executor->post([&ran] { ++ran; });
  settle(*executor);
  state.counters["ran"] = static_cast<double>(ran);
}
BENCHMARK(post_to_busy_thread);

// There and back between two sleeping threads: two wake-ups.
void round_trip_between_threads(benchmark::State& state) {
  const auto there = make_thread_executor();
  const auto back = make_thread_executor();
  for (auto _ : state) {
    std::atomic<bool> done = false;
    there->post([&] {
      back->post([&done] {
        done = true;
        done.notify_one();
      });
    });
    done.wait(false);
  }
}
BENCHMARK(round_trip_between_threads)->UseRealTime();

// A deadline that is set and taken back, among others that stand.
void set_and_cancel_timer(benchmark::State& state) {
  const auto executor = make_thread_executor();
  const Duration hour{3'600'000'000'000};
  for (std::int64_t i = 0; i < state.range(0); ++i) executor->post_after(hour + Duration(i), [] {});
  executor->cancel(executor->post_after(hour, [] {}));
  const std::uint64_t before = test::allocations();
  for (auto _ : state) executor->cancel(executor->post_after(hour / 2, [] {}));
  state.counters["allocations"] = benchmark::Counter(
      static_cast<double>(test::allocations() - before), benchmark::Counter::kAvgIterations);
}
BENCHMARK(set_and_cancel_timer)->ArgName("timers")->Arg(0)->Arg(1000);

// One tick of a periodic timer in virtual time.
void virtual_tick(benchmark::State& state) {
  const auto executor = VirtualExecutor::create();
  const Duration period{20'000'000};
  struct Tick {
    Executor* executor;
    Duration period;
    void operator()() const { executor->post_after(period, *this); }
  };
  executor->post(Tick{executor.get(), period});
  executor->run_for(period);
  for (auto _ : state) executor->run_for(period);
}
BENCHMARK(virtual_tick);

// A job on a strand, by a virtual worker.
void strand_job(benchmark::State& state) {
  const auto executor = VirtualExecutor::create();
  Strand strand(executor->workers(), 4);
  std::int64_t ran = 0;
  for (auto _ : state) {
    (void)strand.post([&ran] { ++ran; });
    executor->run_for(Duration(0));
  }
  benchmark::DoNotOptimize(ran);
}
BENCHMARK(strand_job);

void write_object(JsonWriter& writer) {
  writer.clear();
  writer.begin_object();
  writer.field("seq", std::uint64_t{12345}).key("t_ms").number(1234.5678, 3);
  writer.field("type", "transcript_final").field("text", "turn on the light in the kitchen");
  writer.key("words").begin_array();
  for (int i = 0; i < 7; ++i) {
    writer.begin_object().field("text", "word").field("start_ms", 100 * i).end_object();
  }
  writer.end_array().end_object();
}

void write_json(benchmark::State& state) {
  JsonWriter writer;
  for (auto _ : state) {
    write_object(writer);
    benchmark::DoNotOptimize(writer.text().data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(writer.text().size()));
}
BENCHMARK(write_json);

// Documents of one such object, or of many.
void parse_json(benchmark::State& state) {
  JsonWriter writer;
  write_object(writer);
  std::string text = "[";
  for (std::int64_t i = 1; i < state.range(0); ++i) text.append(writer.text()).append(",");
  text.append(writer.text()).append("]");
  for (auto _ : state) benchmark::DoNotOptimize(Json::parse(text).ok());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(parse_json)->ArgName("objects")->Arg(1)->Arg(1000);

void validate_utf8(benchmark::State& state) {
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += state.range(0) == 0 ? "plain text " : "gr\u00fc\u00df\u20ac ";
  for (auto _ : state) benchmark::DoNotOptimize(is_valid_utf8(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(validate_utf8)->ArgName("umlauts")->Arg(0)->Arg(1);

}  // namespace
}  // namespace voiceagent::bench
