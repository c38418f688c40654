#include <algorithm>
#include <utility>

#include "base/text.h"
#include "sim/scenario/checks.h"
#include "sim/scenario/simulation.h"
#include "voiceagent/json.h"

namespace voiceagent::sim {
namespace {

std::string describe(const ContextEntry& entry) {
  return std::string(to_string(entry.role)) + ": '" + entry.text + "'" +
         (entry.interrupted ? " (interrupted)" : "");
}

std::string describe(const ContextExpectation& entry) {
  return describe(ContextEntry{entry.role, entry.text, 0, entry.interrupted});
}

template <class Entry>
std::string describe_all(const std::vector<Entry>& entries) {
  std::string text;
  for (const Entry& entry : entries) text += (text.empty() ? "" : " | ") + describe(entry);
  return text.empty() ? "nothing" : text;
}

void check_context(const Expectations& expect, const Record& record, Failures& out) {
  if (!expect.context) return;
  const auto same = [](const ContextExpectation& wanted, const ContextEntry& entry) {
    return wanted.role == entry.role && wanted.text == entry.text &&
           wanted.interrupted == entry.interrupted;
  };
  if (std::ranges::equal(*expect.context, record.context, same)) return;
  out.push_back({"expect.context", describe_all(*expect.context), describe_all(record.context),
                 Duration(-1)});
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
