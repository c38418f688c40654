#include "simulate_runs.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>

namespace cli {

namespace va = voiceagent;

std::vector<va::sim::ScenarioResult> run_all(const std::vector<va::sim::Scenario>& scenarios,
                                             unsigned jobs) {
  std::vector<va::sim::ScenarioResult> results(scenarios.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < scenarios.size(); i = next++) {
      results[i] = va::sim::run_scenario(scenarios[i]);
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < std::min<std::size_t>(jobs, scenarios.size()); ++i) {
    threads.emplace_back(work);
  }
  work();
  for (std::thread& thread : threads) thread.join();
  return results;
}

}  // namespace cli
