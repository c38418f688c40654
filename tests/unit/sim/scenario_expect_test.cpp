// Each kind of expectation, met and not met.
#include <algorithm>
#include <string>

#include "support/catch.h"
#include "unit/sim/scenario_support.h"

namespace voiceagent::test {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

// That of one more or less demanding expectation, the one is met and the other not.
void check(const std::string& met, const std::string& not_met, const std::string& failure) {
  CHECK(failure_of(run_hello(met)).empty());
  CHECK_THAT(failure_of(run_hello(not_met)), StartsWith(failure));
}

TEST_CASE("expectation: the context") {
  check(R"("context": [{"user": "hello there"}, {"assistant": "Good morning."}])",
        R"("context": [{"user": "hello there"}])",
        "expect.context | user: 'hello there' | user: 'hello there' | assistant: 'Good morning.'");
  check(
      R"("context": [{"user": "hello there"}, {"assistant": "Good morning."}])",
      R"("context": [{"user": "hello there"}, {"assistant": "Good morning.", "interrupted": true}])",
      "expect.context");
  check(R"("context": [{"user": "hello there"}, {"assistant": "Good morning."}])",
        R"("context": [{"user": "Hello there"}, {"assistant": "Good morning."}])",
        "expect.context");
}

TEST_CASE("expectation: an event at all, and none") {
  check(R"("events": ["turn_ended"])", R"("events": ["interrupted"])",
        "expect.events[0] | interrupted: at least once | never");
  check(R"("events": [{"event": "interrupted", "count": 0}])",
        R"("events": [{"event": "turn_ended", "count": 0}])",
        "expect.events[0] | turn_ended: never | once");
}

TEST_CASE("expectation: how often an event comes") {
  check(R"("events": [{"event": "speech_started", "count": 1}])",
        R"("events": [{"event": "speech_started", "count": 2}])",
        "expect.events[0] | speech_started: twice | once");
  check(R"("events": [{"event": "transcript_partial", "min": 2, "max": 9}])",
        R"("events": [{"event": "transcript_partial", "min": 10, "max": 20}])",
        "expect.events[0] | transcript_partial: 10 to 20 times | ");
  check(R"("events": [{"event": "transcript_partial", "max": 9}])",
        R"("events": [{"event": "transcript_partial", "max": 1}])",
        "expect.events[0] | transcript_partial: once | ");
}

TEST_CASE("expectation: the fields of an event, in every way to compare") {
  const auto with = [](const std::string& fields) {
    return R"("events": [{"event": "turn_ended", "with": {)" + fields + "}}]";
  };
  check(with(R"("text": "hello there")"), with(R"("text": "hello")"),
        "expect.events[0] | turn_ended with text = 'hello': at least once | never; the last "
        "turn_ended was {");
  check(with(R"("text": {"contains": "lo th"})"), with(R"("text": {"contains": "x"})"),
        "expect.events[0] | turn_ended with text contains 'x'");
  check(with(R"("text": {"lacks": "x"})"), with(R"("text": {"lacks": "the"})"), "expect.events[0]");
  check(with(R"("text": {"not": "x"})"), with(R"("text": {"not": "hello there"})"),
        "expect.events[0]");
  check(with(R"("endpointing_ms": {"min": 100})"), with(R"("endpointing_ms": {"min": 5000})"),
        "expect.events[0]");
  check(with(R"("endpointing_ms": {"max": 5000})"), with(R"("endpointing_ms": {"max": 100})"),
        "expect.events[0]");
  check(with(R"("transcript_ms": 30)"), with(R"("transcript_ms": 31)"), "expect.events[0]");
  check(with(R"("turn": 1)"), with(R"("turn": 2)"), "expect.events[0]");
  check(
      R"("events": [{"event": "turn_metrics", "with": {"interrupted": false, "barge_in_ms": null}}])",
      R"("events": [{"event": "turn_metrics", "with": {"interrupted": true}}])",
      "expect.events[0]");
}

TEST_CASE("expectation: events in order") {
  check(
      R"("order": ["speech_started", {"event": "turn_ended", "with": {"text": "hello there"}}, "session_closed"])",
      R"("order": ["turn_ended", "speech_started"])",
      "expect.order[1] | speech_started after turn_ended | none came");
  check(R"("order": ["turn_ended"])", R"("order": ["turn_ended", "turn_ended"])",
        "expect.order[1]");
}

TEST_CASE("expectation: how long something takes, between every kind of moment") {
  const auto timing = [](const std::string& from, const std::string& to, const std::string& range) {
    return R"("timings": [{"from": )" + from + R"(, "to": )" + to + ", " + range + "}]";
  };
  check(timing(R"("user_end")", R"("agent_start")", R"("max_ms": 1500)"),
        timing(R"("user_end")", R"("agent_start")", R"("max_ms": 100)"),
        "expect.timings[0] | user_end to agent_start: at most 100 ms | ");
  check(timing(R"("user_start")", R"("user_end")", R"("min_ms": 650, "max_ms": 670)"),
        timing(R"("user_start")", R"("user_end")", R"("min_ms": 670)"),
        "expect.timings[0] | user_start to user_end: at least 670 ms | 660 ms");
  check(timing(R"("agent_start")", R"("agent_end")", R"("min_ms": 770, "max_ms": 790)"),
        timing(R"("agent_start")", R"("agent_end")", R"("max_ms": 770)"),
        "expect.timings[0] | agent_start to agent_end: at most 770 ms | 780 ms");
  check(timing(R"({"step_start": "asking"})", R"({"step_end": "asking"})", R"("min_ms": 660)"),
        timing(R"({"step_start": "asking"})", R"({"step_end": "asking"})", R"("min_ms": 661)"),
        "expect.timings[0] | the start of step 'asking' to the end of step 'asking'");
  check(timing(R"({"event": "turn_ended", "with": {"reason": "silence"}})", R"("reply_started")",
               R"("max_ms": 0)"),
        timing(R"({"event": "turn_ended", "nth": 2})", R"("reply_started")", R"("max_ms": 0)"),
        "expect.timings[0] | turn_ended number 2 comes | it never did");
  CHECK_THAT(failure_of(run_hello(timing(R"("turn_ended")", R"("interrupted")", R"("max_ms": 9)"))),
             Contains("no interrupted came"));
  CHECK(failure_of(run_hello(timing(R"("agent_start")", R"({"event": "user_end", "nth": 1})",
                                    R"("max_ms": 0)")))
            .empty());
}

TEST_CASE("expectation: a timing for each of its beginnings") {
  const std::string rounds = R"({"llm": {"replies": [{"when": "four", "reply": "Yes.",
      "first_token_ms": 3000}], "reply": "Yes."}, "steps": [{"say": "one"},
      {"after": "turn_metrics", "plus_ms": 300, "say": "two"},
      {"after": "turn_metrics", "plus_ms": 300, "say": "four"}],
      "expect": {"timings": [{"from": "user_end", "to": "agent_start", "max_ms": 2000)";
  CHECK(failure_of(run(rounds + "}]}}")).empty());
  CHECK_THAT(failure_of(run(rounds + R"(, "every": true}]}})")), StartsWith("expect.timings[0]"));
}

TEST_CASE("expectation: what could be heard of both") {
  check(R"("audible": {"overlap": {"max_ms": 0}})", R"("audible": {"overlap": {"min_ms": 1}})",
        "expect.audible.overlap | both at once: at least 1 ms | 0 ms");
  check(R"("audible": {"silence": {"min_ms": 100, "max_ms": 2000}})",
        R"("audible": {"silence": {"max_ms": 100}})", "expect.audible.silence");
  check(R"("audible": {"agent": {"min_ms": 780, "max_ms": 780}})",
        R"("audible": {"agent": {"max_ms": 700}})",
        "expect.audible.agent | the agent: at most 700 ms | 780 ms");
  CHECK(
      failure_of(
          run(R"({"llm": {"reply": "A long answer to everything."}, "turn": {"interruption": "host"},
      "steps": [{"say": "one"}, {"after": "playback_started", "plus_ms": 200, "say": "two"}],
      "expect": {"audible": {"overlap": {"min_ms": 180, "max_ms": 180}}}})"))
          .empty());
}

TEST_CASE("expectation: the words that were played") {
  check(R"("heard": "Good morning.")", R"("heard": "Good")",
        "expect.heard | 'Good' | 'Good morning.'");
  check(R"("heard": {"contains": ["Good", "ing"]})", R"("heard": {"contains": ["Good", "x"]})",
        "expect.heard | 'x' somewhere");
  check(R"("heard": {"lacks": "x"})", R"("heard": {"lacks": "morning"})",
        "expect.heard | 'morning' nowhere");
}

TEST_CASE("expectation: the reason of the close") {
  check(R"("close_reason": "host")", R"("close_reason": "user")", "expect.close_reason | user | ");
}

TEST_CASE("expectation: how many events") {
  check(R"("max_events": 60)", R"("max_events": 5)", "expect.max_events | at most 5 events | ");
}

TEST_CASE("expectation: errors, and none unless they are expected") {
  const auto failing = [](const std::string& expect) {
    return run(R"({"turn": {"preemptive_replies": 0}, "llm": {"faults": {"refused_start": 1}},
                   "steps": [{"say": "hello"}], "expect": {)" +
               expect + "}}");
  };
  CHECK_THAT(failure_of(failing("")),
             StartsWith("expect.errors | error: never | once; the last was "));
  CHECK(failure_of(failing(R"("errors": 1)")).empty());
  CHECK(failure_of(failing(R"("errors": {"min": 1})")).empty());
  CHECK_THAT(failure_of(failing(R"("errors": 2)")), StartsWith("expect.errors"));
  check("", R"("errors": 1)", "expect.errors | error: once | none");
}

TEST_CASE("a failure says when it happened, and the timeline what happened then") {
  const auto result = run_hello(R"("events": [{"event": "turn_ended", "count": 0}])");
  REQUIRE(result.failures.size() == 1);
  CHECK(result.failures.front().around > Duration(660'000'000));
  REQUIRE(result.timeline.size() > 10);
  CHECK(std::is_sorted(result.timeline.begin(), result.timeline.end(),
                       [](const auto& a, const auto& b) { return a.time < b.time; }));
  CHECK(run_hello("").timeline.empty());
}

}  // namespace
}  // namespace voiceagent::test
