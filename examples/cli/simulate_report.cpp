#include "simulate_report.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>

#include "voiceagent/json.h"

namespace cli {

namespace va = voiceagent;

namespace {

constexpr std::size_t kEntriesAround = 6;  // of the timeline, before and after a failure
constexpr std::size_t kLastEntries = 40;   // of the timeline, for failures without a time
constexpr std::size_t kMaxFailures = 5;    // shown of one scenario

double seconds(va::Duration d) { return va::to_ms(d) / 1e3; }

double simulated_seconds(const std::vector<va::sim::ScenarioResult>& results) {
  double sum = 0;
  for (const auto& result : results) sum += seconds(result.simulated);
  return sum;
}

// The part of the timeline around a failure: first and one past the last.
std::pair<std::size_t, std::size_t> around(const va::sim::ScenarioResult& result,
                                           va::Duration time) {
  const auto& all = result.timeline;
  const auto at = std::lower_bound(
      all.begin(), all.end(), time,
      [](const va::sim::TimelineEntry& entry, va::Duration t) { return entry.time < t; });
  const auto middle = static_cast<std::size_t>(at - all.begin());
  return {middle - std::min(middle, kEntriesAround),
          std::min(all.size(), middle + kEntriesAround + 1)};
}

void print_timeline(const va::sim::ScenarioResult& result, std::size_t first, std::size_t end) {
  for (std::size_t i = first; i < end; ++i) {
    const va::sim::TimelineEntry& entry = result.timeline[i];
    std::printf("      %10.3f s  %s\n", seconds(entry.time), entry.text.c_str());
  }
}

void print_failure(const va::sim::ScenarioResult& result, const va::sim::ScenarioFailure& failure) {
  std::printf("    %s\n      expected  %s\n      seen      %s\n", failure.expectation.c_str(),
              failure.expected.c_str(), failure.seen.c_str());
  if (failure.around < va::Duration(0)) return;
  const auto [first, end] = around(result, failure.around);
  print_timeline(result, first, end);
}

void print_failures(const va::sim::ScenarioResult& result) {
  for (std::size_t i = 0; i < std::min(kMaxFailures, result.failures.size()); ++i) {
    print_failure(result, result.failures[i]);
  }
  if (result.failures.size() > kMaxFailures) {
    std::printf("    and %zu more\n", result.failures.size() - kMaxFailures);
  }
  // Failures at no certain time: the whole story, or its end.
  const bool timeless =
      std::all_of(result.failures.begin(), result.failures.end(),
                  [](const auto& failure) { return failure.around < va::Duration(0); });
  const std::size_t count = result.timeline.size();
  if (timeless && !result.passed()) {
    print_timeline(result, count - std::min(count, kLastEntries), count);
  }
}

void write_failure(va::JsonWriter& json, const va::sim::ScenarioFailure& failure) {
  json.begin_object();
  json.field("expectation", std::string_view(failure.expectation));
  json.field("expected", std::string_view(failure.expected));
  json.field("seen", std::string_view(failure.seen));
  json.key("around_ms");
  if (failure.around < va::Duration(0)) {
    json.null();
  } else {
    json.number(va::to_ms(failure.around), 3);
  }
  json.end_object();
}

void write_result(va::JsonWriter& json, const va::sim::ScenarioResult& result) {
  json.begin_object();
  json.field("name", std::string_view(result.name)).field("passed", result.passed());
  json.key("simulated_seconds").number(seconds(result.simulated), 3);
  json.field("turns", result.turns).field("events", result.events);
  json.field("heard", std::string_view(result.heard));
  json.key("context").begin_array();
  for (const va::ContextEntry& entry : result.context) {
    json.begin_object().field("role", va::to_string(entry.role));
    json.field("text", std::string_view(entry.text)).field("interrupted", entry.interrupted);
    json.end_object();
  }
  json.end_array().key("failures").begin_array();
  for (const va::sim::ScenarioFailure& failure : result.failures) write_failure(json, failure);
  json.end_array().end_object();
}

}  // namespace

void print_table(const std::vector<va::sim::ScenarioResult>& results, const Meter& meter) {
  std::size_t width = 0;
  for (const auto& result : results) width = std::max(width, result.name.size());
  std::size_t failed = 0;
  for (const auto& result : results) {
    if (!result.passed()) ++failed;
    std::printf("%-*s %10.1f s %5d turn%s  %s\n", static_cast<int>(width), result.name.c_str(),
                seconds(result.simulated), result.turns, result.turns == 1 ? " " : "s",
                result.passed() ? "ok" : "FAILED");
    print_failures(result);
  }
  const double total = simulated_seconds(results);
  std::printf(
      "%zu scenario%s, %zu failed; %.1f s of conversation in %.2f s (%.2f s of processor "
      "time: %.0f times real time)\n",
      results.size(), results.size() == 1 ? "" : "s", failed, total, meter.wall_seconds(),
      meter.cpu_seconds(), total / std::max(1e-6, meter.cpu_seconds()));
}

void print_json(const std::vector<va::sim::ScenarioResult>& results, const Meter& meter) {
  va::JsonWriter json;
  json.begin_object().key("scenarios").begin_array();
  for (const auto& result : results) write_result(json, result);
  json.end_array();
  json.field("passed", std::all_of(results.begin(), results.end(),
                                   [](const auto& result) { return result.passed(); }));
  json.key("simulated_seconds").number(simulated_seconds(results), 3);
  json.key("cpu_seconds").number(meter.cpu_seconds(), 3);
  json.key("wall_seconds").number(meter.wall_seconds(), 3);
  json.end_object();
  std::printf("%s\n", std::string(json.text()).c_str());
}

}  // namespace cli
