#include "simulate_random.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "meter.h"
#include "report.h"
#include "voiceagent/json.h"
#include "voiceagent/random_simulation.h"
#include "whole_number.h"

namespace cli {

namespace va = voiceagent;

namespace {

constexpr std::size_t kMaxPrinted = 10;  // timelines
constexpr std::uint64_t kMostSeeds = 1'000'000'000;

// What became of all runs; only those that are to be printed are kept.
struct Outcome {
  std::uint64_t runs = 0;
  std::uint64_t failed = 0;
  std::uint64_t turns = 0;
  double simulated_seconds = 0;
  std::map<std::string, std::vector<std::uint64_t>> broken;  // invariant -> seeds
  std::vector<va::sim::RandomRun> printed;                   // by seed

  void add(va::sim::RandomRun run, bool all) {
    ++runs;
    turns += run.turns;
    simulated_seconds += va::to_ms(run.simulated) / 1000;
    const bool bad = !run.violations.empty();
    failed += bad ? 1 : 0;
    for (const va::sim::Violation& violation : run.violations) {
      broken[violation.invariant].push_back(run.seed);
    }
    if (!bad && !all) return;
    printed.push_back(std::move(run));
    std::ranges::sort(printed, {}, &va::sim::RandomRun::seed);
    if (printed.size() > kMaxPrinted) printed.pop_back();
  }
};

Outcome run_seeds(const RandomOptions& options, unsigned jobs) {
  Outcome outcome;
  std::mutex mutex;
  std::atomic<std::uint64_t> next{0};
  va::sim::RandomOptions how;
  how.timeline = options.timeline;
  const auto work = [&] {
    for (std::uint64_t i = next++; i < options.seeds; i = next++) {
      va::sim::RandomRun run = va::sim::run_random(options.from + i, how);
      const std::lock_guard lock(mutex);
      outcome.add(std::move(run), options.timeline);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < jobs; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  return outcome;
}

std::string rerun(const va::sim::RandomRun& run) {
  return "voiceagent simulate --random --seeds 1 --timeline --from " + std::to_string(run.seed);
}

void print_run(const va::sim::RandomRun& run) {
  std::printf("seed %llu, digest %016llx\n%s", static_cast<unsigned long long>(run.seed),
              static_cast<unsigned long long>(run.digest), run.timeline.c_str());
  for (const va::sim::Violation& violation : run.violations) {
    std::printf("VIOLATED at %.6f s: %s: %s\n", va::to_ms(violation.at) / 1000,
                violation.invariant.c_str(), violation.detail.c_str());
  }
  std::printf("again: %s\n\n", rerun(run).c_str());
}

void print_text(const Outcome& outcome, const Meter& meter) {
  for (const va::sim::RandomRun& run : outcome.printed) print_run(run);
  for (const auto& [invariant, seeds] : outcome.broken) {
    std::printf("%6zu x %s (seed %llu)\n", seeds.size(), invariant.c_str(),
                static_cast<unsigned long long>(*std::ranges::min_element(seeds)));
  }
  std::printf("%llu seeds, %llu turns, %.0f s simulated: %llu failed\n",
              static_cast<unsigned long long>(outcome.runs),
              static_cast<unsigned long long>(outcome.turns), outcome.simulated_seconds,
              static_cast<unsigned long long>(outcome.failed));
  const double cpu = std::max(1e-3, meter.cpu_seconds());
  std::printf("%.1f s of CPU, %.1f s on the clock: %.0f simulated seconds in one of CPU\n", cpu,
              meter.wall_seconds(), outcome.simulated_seconds / cpu);
}

void print_json(const Outcome& outcome, const Meter& meter) {
  va::JsonWriter json;
  json.begin_object();
  json.key("seeds").value(static_cast<std::int64_t>(outcome.runs));
  json.key("failed").value(static_cast<std::int64_t>(outcome.failed));
  json.key("turns").value(static_cast<std::int64_t>(outcome.turns));
  json.key("simulated_s").value(outcome.simulated_seconds);
  json.key("cpu_s").value(meter.cpu_seconds());
  json.key("failures").begin_array();
  for (const va::sim::RandomRun& run : outcome.printed) {
    json.begin_object();
    json.key("seed").value(static_cast<std::int64_t>(run.seed));
    json.key("violations").begin_array();
    for (const va::sim::Violation& violation : run.violations) {
      json.begin_object();
      json.key("invariant").value(violation.invariant);
      json.key("detail").value(violation.detail);
      json.key("at_ms").value(va::to_ms(violation.at));
      json.end_object();
    }
    json.end_array();
    json.key("timeline").value(run.timeline);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  std::printf("%.*s\n", static_cast<int>(json.text().size()), json.text().data());
}

}  // namespace

void add_random_options(CLI::App& command, RandomOptions& options) {
  CLI::Option* const random = command.add_flag(
      "--random", options.random, "Hold conversations drawn from seeds, in place of scenarios");
  command.add_option("--seeds", options.seeds, "How many seeds; 1000 by default")
      ->transform(whole_number(1, kMostSeeds))
      ->needs(random);
  command.add_option("--from", options.from, "The first seed; 1 by default")
      ->transform(whole_number(0, kLastSeed))
      ->needs(random);
  command
      .add_flag("--timeline", options.timeline,
                "Print what happened also where nothing was wrong (the first ten)")
      ->needs(random);
}

int simulate_random(const RandomOptions& options, unsigned jobs, bool json) {
  const Meter meter;
  const Outcome outcome = run_seeds(options, jobs);
  if (json) {
    print_json(outcome, meter);
  } else {
    print_text(outcome, meter);
  }
  return outcome.failed == 0 ? kOk : kFailure;
}

}  // namespace cli
