// voiceagent simulate: conversations from files, in virtual time.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "commands.h"
#include "meter.h"
#include "report.h"
#include "simulate_random.h"
#include "simulate_report.h"
#include "simulate_runs.h"
#include "voiceagent/scenario.h"
#include "voiceagent/trace.h"
#include "whole_number.h"

namespace cli {

namespace va = voiceagent;
namespace fs = std::filesystem;

namespace {

struct SimulateOptions {
  std::vector<std::string> paths;
  std::optional<std::uint64_t> seed;
  unsigned jobs = 0;
  bool json = false;
  std::string trace;
  RandomOptions random;
};

// The scenario files that `path` means: itself, or all of a folder, in the order of their names.
va::Result<std::vector<std::string>> files_of(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".json") files.push_back(it->path().string());
  }
  if (error) return va::io_error(path + ": can't be listed: " + error.message());
  if (files.empty()) return va::invalid_argument(path + ": no scenario (*.json) in this folder");
  std::sort(files.begin(), files.end());
  return files;
}

// All scenarios, or all that is wrong with their files.
va::Result<std::vector<va::sim::Scenario>> load(const SimulateOptions& options) {
  std::vector<va::sim::Scenario> scenarios;
  std::string problems;
  const auto complain_about = [&problems](const va::Status& status) {
    problems += (problems.empty() ? "" : "\n") + status.message();
  };
  for (const std::string& path : options.paths) {
    va::Result<std::vector<std::string>> files = files_of(path);
    if (!files.ok()) {
      complain_about(files.status());
      continue;
    }
    for (const std::string& file : *files) {
      va::Result<va::sim::Scenario> scenario = va::sim::load_scenario(file);
      if (!scenario.ok()) {
        complain_about(scenario.status());
        continue;
      }
      if (options.seed) scenario->seed = *options.seed;
      scenarios.push_back(std::move(*scenario));
    }
  }
  if (!problems.empty()) return va::invalid_argument(problems);
  return scenarios;
}

unsigned jobs_of(const SimulateOptions& options) {
  if (options.jobs > 0) return options.jobs;
  return std::max(1U, std::thread::hardware_concurrency());
}

// A run whose trace is written to a file.
va::Result<va::sim::ScenarioResult> run_traced(const va::sim::Scenario& scenario,
                                               const std::string& path) {
  auto trace = va::TraceRecorder::create(path);
  if (!trace.ok()) return trace.status();
  va::sim::ScenarioResult result = va::sim::run_scenario(
      scenario, [&trace](va::Session& session) { (*trace)->listen(session); });
  if (va::Status status = (*trace)->finish(); !status.ok()) return status;
  return result;
}

// What is of scenarios only must not be ignored silently.
va::Status check_random(const SimulateOptions& options) {
  if (!options.paths.empty()) {
    return va::invalid_argument("--random draws its conversations: it takes no scenarios");
  }
  if (options.seed) {
    return va::invalid_argument("--random takes no --seed: --from is its first seed");
  }
  if (!options.trace.empty()) {
    return va::invalid_argument("--random takes no --trace: --timeline prints what happened");
  }
  return {};
}

int simulate(const SimulateOptions& options) {
  if (options.random.random) {
    if (const va::Status status = check_random(options); !status.ok()) return refuse(status);
    return simulate_random(options.random, jobs_of(options), options.json);
  }
  if (options.paths.empty()) {
    return refuse(va::invalid_argument("scenario files are needed, or --random"));
  }
  const va::Result<std::vector<va::sim::Scenario>> scenarios = load(options);
  if (!scenarios.ok()) return refuse(scenarios.status());
  if (!options.trace.empty() && scenarios->size() != 1) {
    return refuse(va::invalid_argument("--trace takes one scenario, not " +
                                       std::to_string(scenarios->size())));
  }
  const Meter meter;
  std::vector<va::sim::ScenarioResult> results;
  if (options.trace.empty()) {
    results = run_all(*scenarios, jobs_of(options));
  } else {
    va::Result<va::sim::ScenarioResult> traced = run_traced(scenarios->front(), options.trace);
    if (!traced.ok()) return fail(traced.status());
    results.push_back(std::move(*traced));
  }
  if (options.json) {
    print_json(results, meter);
  } else {
    print_table(results, meter);
  }
  const bool passed =
      std::all_of(results.begin(), results.end(), [](const auto& r) { return r.passed(); });
  return passed ? kOk : kFailure;
}

}  // namespace

void add_simulate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<SimulateOptions>();
  CLI::App* command =
      app.add_subcommand("simulate", "Hold conversations from scenario files, in virtual time");
  command->add_option("scenarios", options->paths, "Scenario files, or folders of them")
      ->type_name("FILE|DIR");
  command->add_option("--seed", options->seed, "In place of the scenarios' own seeds")
      ->transform(whole_number(0, kLastSeed));
  command->add_option("--jobs", options->jobs, "How many at once; by default one for each core")
      ->transform(whole_number(1, 256));
  command->add_flag("--json", options->json, "Print one JSON object instead of the table");
  command->add_option("--trace", options->trace, "Its time line for ui.perfetto.dev")
      ->type_name("trace.json");
  add_random_options(*command, options->random);
  command->footer(
      "Try:\n"
      "  voiceagent simulate tests/scenarios\n"
      "  voiceagent simulate --random --seeds 1000\n"
      "  voiceagent simulate cough.json --trace cough.trace.json\n\n"
      "docs/guide/simulation.md teaches how to write a scenario.");
  command->callback([options, &exit_code] { exit_code = simulate(*options); });
}

}  // namespace cli
