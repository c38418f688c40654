#include <algorithm>
#include <map>
#include <utility>

#include "base/text.h"
#include "sim/scenario/checks.h"
#include "sim/scenario/simulation.h"
#include "voiceagent/json.h"

namespace voiceagent::sim {
namespace {

std::string describe(const ContextExpectation& entry) {
  std::string text = std::string(to_string(entry.role)) + ": '" + entry.text + "'";
  if (entry.role == Role::kTool) {
    text += " " + std::string(to_string(entry.state));
    if (entry.result) text += " '" + *entry.result + "'";
  }
  for (const std::string& call : entry.calls) text += " [" + call + "]";
  return text + (entry.interrupted ? " (interrupted)" : "");
}

// The context as an expectation would have it.
std::vector<ContextExpectation> as_expected(const std::vector<ContextEntry>& context) {
  std::vector<ContextExpectation> all;
  std::map<std::string, std::string> tools;  // by call
  for (const ContextEntry& entry : context) {
    ContextExpectation& one = all.emplace_back();
    one.role = entry.role;
    one.text = entry.text;
    one.interrupted = entry.interrupted;
    for (const ContextCall& call : entry.calls) {
      tools[call.id] = call.tool;
      one.calls.push_back(call.tool);
    }
    if (entry.role != Role::kTool) continue;
    one.text = tools[entry.call_id];
    one.state = entry.state;
    one.result = entry.text;
  }
  return all;
}

std::string describe_all(const std::vector<ContextExpectation>& entries) {
  std::string text;
  for (const ContextExpectation& entry : entries)
    text += (text.empty() ? "" : " | ") + describe(entry);
  return text.empty() ? "nothing" : text;
}

void check_context(const Expectations& expect, const Record& record, Failures& out) {
  if (!expect.context) return;
  const std::vector<ContextExpectation> seen = as_expected(record.context);
  const auto same = [](const ContextExpectation& wanted, const ContextExpectation& entry) {
    return wanted.role == entry.role && wanted.text == entry.text &&
           wanted.interrupted == entry.interrupted && wanted.calls == entry.calls &&
           wanted.state == entry.state && (!wanted.result || wanted.result == entry.result);
  };
  if (std::ranges::equal(*expect.context, seen, same)) return;
  out.push_back(
      {"expect.context", describe_all(*expect.context), describe_all(seen), Duration(-1)});
}

// `turn_ended 1: reason "silence", text "hello"`
std::string readable(std::string_view line) {
  const Result<Json> json = Json::parse(line);
  if (!json.ok()) return std::string(line);
  std::string text((*json)["type"].string());
  if ((*json)["turn"].integer() != 0) text += " " + (*json)["turn"].dump();
  std::string_view separator = ": ";
  for (std::size_t i = 0; i < json->size(); ++i) {
    const std::string_view key = json->key_at(i);
    const Json value = json->at(i);
    if (key == "seq" || key == "t_ms" || key == "turn" || key == "type") continue;
    if (value.is_null() || value.is_array() || value.is_object()) continue;
    text.append(separator).append(key).append(" ").append(value.dump());
    separator = ", ";
  }
  return text;
}

std::vector<TimelineEntry> timeline_of(const Record& record) {
  std::vector<TimelineEntry> entries;
  for (const SeenEvent& event : record.events()) {
    entries.push_back({event.time, readable(record.line(event))});
  }
  for (const Stretch& words : record.words) {
    entries.push_back({words.start, "the user speaks"});
    entries.push_back({words.end, "the user pauses"});
  }
  for (const Stretch& sound : record.audible) {
    entries.push_back({sound.start, "the agent is audible"});
    entries.push_back({sound.end, "the agent is silent"});
  }
  std::ranges::stable_sort(entries, {}, &TimelineEntry::time);
  return entries;
}

}  // namespace

ScenarioResult run_scenario(const Scenario& scenario, const SessionObserver& observer) {
  ScenarioResult result;
  result.name = scenario.name;
  Simulation simulation(scenario);
  if (const Status status = simulation.run(observer); !status.ok()) {
    result.failures.push_back({"setup", "an agent and a session", status.message(), Duration(-1)});
    return result;
  }
  const Record& record = simulation.record();
  result.failures = simulation.failures();
  check_promises(scenario, record, result.failures);
  check_context(scenario.expect, record, result.failures);
  check_texts(scenario.expect, record, result.failures);
  check_events(scenario.expect, record, result.failures);
  check_timings(scenario.expect, record, result.failures);
  check_audible(scenario.expect, record, result.failures);
  result.simulated = record.end;
  result.turns = static_cast<int>(
      std::ranges::count(record.events(), EventKind::kTurnEnded, &SeenEvent::kind));
  result.events = record.events().size();
  result.context = record.context;
  result.heard = record.heard;
  if (!result.passed()) result.timeline = timeline_of(record);
  return result;
}

}  // namespace voiceagent::sim
