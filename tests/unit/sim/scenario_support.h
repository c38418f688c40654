// What the tests of scenarios share.
#pragma once

#include <string>
#include <string_view>

#include "support/catch.h"
#include "voiceagent/scenario.h"

namespace voiceagent::test {

// What is wrong with a scenario; empty when nothing is.
inline std::string problems(std::string_view json) {
  const auto scenario = sim::parse_scenario(json, "pause.json");
  return scenario.ok() ? std::string() : scenario.status().message();
}

// The problems of a scenario whose other parts are fine. `parts` is "key": value, ...
inline std::string problems_with(const std::string& parts) {
  return problems(R"({"steps": [{"say": "hello"}], )" + parts + "}");
}
inline std::string problems_of_event(const std::string& expectation) {
  return problems_with(R"("expect": {"events": [)" + expectation + "]}");
}
inline std::string problems_of_step(const std::string& step) {
  return problems(R"({"steps": [)" + step + "]}");
}

inline sim::Scenario scenario_of(std::string_view json) {
  auto scenario = sim::parse_scenario(json, "test.json");
  INFO(scenario.status().message());
  REQUIRE(scenario.ok());
  return *scenario;
}

inline sim::ScenarioResult run(std::string_view json) {
  return sim::run_scenario(scenario_of(json));
}

// One question and its answer, with these expectations: "key": value, ...
inline sim::ScenarioResult run_hello(const std::string& expectations) {
  return run(R"({"llm": {"reply": "Good morning."}, "turn": {"preemptive_replies": 0},
                 "steps": [{"name": "asking", "say": "hello there"}], "expect": {)" +
             expectations + "}}");
}

// The only failure, as "expectation | expected | seen"; "" when all was as expected.
inline std::string failure_of(const sim::ScenarioResult& result) {
  if (result.passed()) return {};
  std::string text;
  for (const sim::ScenarioFailure& failure : result.failures) {
    text += (text.empty() ? "" : "\n") + failure.expectation + " | " + failure.expected + " | " +
            failure.seen;
  }
  return text;
}

}  // namespace voiceagent::test
