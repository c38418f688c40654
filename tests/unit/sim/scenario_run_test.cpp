#include <string>
#include <vector>

#include "support/catch.h"
#include "unit/sim/scenario_support.h"
#include "voiceagent/event_json.h"

namespace voiceagent::test {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE(
    "a scenario says how long the conversation was, how many turns it had, and what was heard") {
  const auto result = run_hello("");
  CHECK(result.passed());
  CHECK(result.name == "test");
  CHECK(result.turns == 1);
  CHECK(result.heard == "Good morning.");
  CHECK(result.context.size() == 2);
  CHECK(result.simulated > Duration(1'400'000'000));
  CHECK(result.simulated < Duration(4'000'000'000));
}

TEST_CASE("steps begin at their time, after their event, or one after the other") {
  CHECK(failure_of(run(R"({"llm": {"reply": "Yes."}, "steps": [
      {"name": "a", "silence_ms": 200}, {"name": "b", "plus_ms": 50, "silence_ms": 100},
      {"name": "c", "at_ms": 1000, "say": "one"}, {"name": "d", "say": "two"},
      {"name": "e", "after": "turn_ended", "plus_ms": 30, "silence_ms": 1},
      {"name": "f", "after": {"event": "transcript_partial", "nth": 1}, "silence_ms": 1}],
    "expect": {"timings": [
      {"from": {"step_start": "a"}, "to": {"step_start": "b"}, "min_ms": 250, "max_ms": 250},
      {"from": {"step_start": "a"}, "to": {"step_start": "c"}, "min_ms": 1000, "max_ms": 1000},
      {"from": {"step_start": "c"}, "to": {"step_start": "d"}, "min_ms": 180, "max_ms": 180},
      {"from": "turn_ended", "to": {"step_start": "e"}, "min_ms": 30, "max_ms": 30},
      {"from": "transcript_partial", "to": {"step_start": "f"}, "min_ms": 0, "max_ms": 0}]}})"))
            .empty());
}

TEST_CASE("a step waits for the event after the step before it, not for an earlier one") {
  CHECK(failure_of(run(R"({"llm": {"reply": "Yes."}, "steps": [{"say": "one"},
      {"after": "playback_finished", "plus_ms": 400, "say": "two"},
      {"after": "playback_finished", "plus_ms": 400, "say": "three"}],
    "expect": {"events": [{"event": "turn_ended", "count": 3}],
               "timings": [{"from": "playback_finished", "to": "user_start", "min_ms": 400,
                            "max_ms": 400}]}})"))
            .empty());
}

TEST_CASE("a step that never begins makes a scenario fail, and says what it waits for") {
  CHECK_THAT(failure_of(run(R"({"settle_ms": 2000, "steps": [{"say": "one"},
                                {"after": {"event": "playback_finished", "nth": 2}, "say": "two"}]})")),
             StartsWith("steps | all of them happen | steps[1], which waits for playback_finished, "
                        "number 2 (1 came), never began"));
  CHECK_THAT(
      failure_of(run(R"({"steps": [{"do": "hang_up"}, {"silence_ms": 100}, {"say": "two"}]})")),
      Contains("never began; the session had closed"));
}

TEST_CASE("a step that begins after the close makes a scenario fail, whatever it is") {
  for (const std::string step :
       {R"({"say": "hi"})", R"({"noise_ms": 100})", R"({"keys": "1"})", R"({"type": "hi"})",
        R"({"agent_says": "hi"})", R"({"mode": "text_to_text"})", R"({"do": "interrupt"})",
        R"({"do": "commit"})", R"({"do": "microphone_off"})",
        R"({"repeat": {"times": 2, "steps": [{"say": "hi"}]}})"}) {
    INFO(step);
    CHECK_THAT(
        failure_of(run(R"({"steps": [{"close": "user"}, )" + step + "]}")),
        StartsWith("steps | all of them happen | steps[1], never carried out; the session had "
                   "closed"));
  }
  CHECK_THAT(
      failure_of(run(R"({"steps": [{"repeat": {"times": 3, "steps": [
                 {"close": "user"}, {"say": "hi"}]}}, {"say": "hi"}]})")),
      StartsWith("steps | all of them happen | steps[0].repeat.steps[1], never carried out"));
}

TEST_CASE("silence or a second close after the close is no loss, nor is a word that it cuts off") {
  CHECK(failure_of(run(R"({"steps": [{"close": "user"}, {"silence_ms": 100}]})")).empty());
  CHECK(failure_of(run(R"({"steps": [{"close": "user"}, {"close": "host"}]})")).empty());
  CHECK(failure_of(
            run(R"({"steps": [{"say": "what is the time"}, {"at_ms": 500, "close": "user"}]})"))
            .empty());
}

TEST_CASE("two sounds of the user at once make a scenario fail") {
  CHECK_THAT(
      failure_of(run(R"({"steps": [{"say": "one two three"}, {"at_ms": 100, "noise_ms": 50}]})")),
      StartsWith("steps[1] | the user makes one sound at a time"));
}

TEST_CASE("what the session refuses makes a scenario fail") {
  CHECK_THAT(
      failure_of(run(R"({"limits": {"max_input_text_bytes": 3}, "steps": [{"type": "long"}]})")),
      StartsWith("steps[0].type | the session takes it | the text has 4 bytes"));
}

TEST_CASE("rounds begin in their rhythm, and their counts begin anew") {
  CHECK(failure_of(
            run(R"({"llm": {"reply": "Yes."}, "steps": [{"repeat": {"times": 4, "every_ms": 5000,
      "steps": [{"say": "one"}, {"after": {"event": "playback_finished", "nth": 1}, "name": "rest",
                 "silence_ms": 300}]}}, {"name": "last", "silence_ms": 1}],
    "expect": {"events": [{"event": "turn_ended", "count": 4}],
      "timings": [{"from": {"event": "user_start", "nth": 1}, "to": {"event": "user_start", "nth": 4},
                   "min_ms": 15000, "max_ms": 15000},
                  {"from": "playback_finished", "to": {"step_start": "rest"}, "max_ms": 0, "every": true},
                  {"from": {"event": "user_start", "nth": 4}, "to": {"step_start": "last"},
                   "max_ms": 4000}]}})"))
            .empty());
}

TEST_CASE("two repeats may run side by side") {
  CHECK(failure_of(run(R"({"llm": {"reply": "Yes."}, "steps": [
      {"repeat": {"times": 2, "every_ms": 4000, "steps": [{"say": "one"}]}},
      {"at_ms": 2000, "repeat": {"times": 2, "every_ms": 4000, "steps": [{"type": "two"}]}}],
    "expect": {"events": [{"event": "turn_ended", "count": 4}]}})"))
            .empty());
}

TEST_CASE("a conversation that does not come to rest makes a scenario fail") {
  CHECK_THAT(failure_of(run(R"({"settle_ms": 1000, "llm": {"first_token_ms": 8000},
                                "steps": [{"say": "hello"}]})")),
             StartsWith("settle_ms | all is quiet within 1.0 s | the session was still busy"));
}

TEST_CASE("a microphone that is off sends nothing, one that is on again goes on") {
  CHECK(failure_of(run(R"({"microphone": {"on": false}, "steps": [{"say": "hello"},
      {"do": "microphone_on"}, {"silence_ms": 500}, {"say": "hi"}],
      "expect": {"events": [{"event": "turn_ended", "with": {"text": "hi"}},
                            {"event": "turn_ended", "count": 1}]}})"))
            .empty());
}

TEST_CASE("the agent's voice comes back as an echo, as loud as it is told to") {
  const auto talk = [](const std::string& echo_db) {
    return run(
        R"({"agent": {"greeting": "Hello everybody, good morning."}, "turn": {"interruption": "host"},
        "microphone": {"echo_db": )" +
        echo_db + R"(}, "steps": [{"silence_ms": 4000}],
        "expect": {"events": [{"event": "speech_started", "min": 1}]}})");
  };
  CHECK(failure_of(talk("-9")).empty());
  CHECK_THAT(failure_of(talk("-40")), Contains("speech_started: at least once | never"));
}

TEST_CASE("every stream of a provider may have its own script") {
  CHECK(
      failure_of(
          run(R"({"turn": {"preemptive_replies": 0}, "resilience": {"first_audio_ms": 500, "retries": 0},
      "tts": [{"faults": {"refused_start": 1}}, {}], "llm": {"reply": "Yes."},
      "steps": [{"type": "one"}, {"at_ms": 3000, "type": "two"}],
      "expect": {"errors": {"min": 1}, "heard": "Yes."}})"))
          .empty());
}

TEST_CASE("the first rule that fits answers, as often as it may") {
  CHECK(failure_of(run(R"({"agent": {"mode": "text_to_text"}, "llm": {"replies": [
        {"when": "TIME", "times": 1, "reply": "One."}, {"when": "time", "reply": "Two."}], "reply": "Three."},
      "steps": [{"type": "the time"}, {"plus_ms": 100, "type": "the time"}, {"plus_ms": 100, "type": "x"}],
      "expect": {"context": [{"user": "the time"}, {"assistant": "One."}, {"user": "the time"},
                             {"assistant": "Two."}, {"user": "x"}, {"assistant": "Three."}]}})"))
            .empty());
}

// All events of a run, as text.
std::string story(const sim::Scenario& scenario) {
  std::string all;
  Subscription subscription;
  (void)sim::run_scenario(scenario, [&](Session& session) {
    subscription = session.events().subscribe_all([&all](const AnyEvent& event) {
      JsonWriter writer;
      write_json(event, writer);
      all.append(writer.text()).append("\n");
    });
  });
  return all;
}

TEST_CASE("a scenario runs the same way each time, and another way with another seed") {
  sim::Scenario scenario = scenario_of(R"({"stt": {"final_delay_ms": {"ms": 10, "jitter_ms": 200}},
      "steps": [{"say": "hello"}, {"after": "playback_finished", "plus_ms": 300, "say": "and now"}]})");
  const std::string first = story(scenario);
  CHECK(first.size() > 1'000);
  CHECK(story(scenario) == first);
  scenario.seed = 99;
  CHECK(story(scenario) != first);
}

}  // namespace
}  // namespace voiceagent::test
