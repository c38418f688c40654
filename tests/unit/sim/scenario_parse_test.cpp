#include <algorithm>
#include <string>

#include "support/catch.h"
#include "support/temp_dir.h"
#include "unit/sim/scenario_support.h"
#include "voiceagent/scenario.h"

namespace voiceagent::test {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("a problem in a scenario has its file, its place and what is wrong") {
  CHECK(problems_of_step(R"({"silence_ms": 10}, {"say": " "})") ==
        "pause.json: steps[1].say: must not be empty");
  CHECK(problems_of_step(R"({"repeat": {"times": 2, "steps": [{"say": 4}]}})") ==
        "pause.json: steps[0].repeat.steps[0].say: must be a string, not a number");
  CHECK(problems_with(
            R"("expect": {"timings": [{"from": "user_end", "to": {"event": 3}, "max_ms": 1}]})") ==
        "pause.json: expect.timings[0].to.event: must be a string, not a number");
}

TEST_CASE("all problems of a scenario are told at once, one a line") {
  const std::string text = problems_with(
      R"("seed": -1, "turn": {"endpointing_min_ms": 1}, "stt": {"final_delay_ms": "x"})");
  CHECK_THAT(text, Contains("pause.json: seed: must be from 0"));
  CHECK_THAT(text, Contains("\npause.json: turn.endpointing_min_ms: "));
  CHECK_THAT(text, Contains("\npause.json: stt.final_delay_ms: must be a number, not a string"));
}

TEST_CASE("a key with a line's end in it doesn't break a problem's line") {
  const std::string text = problems_with(R"("limits": {"a\nb": {}})");
  CHECK_THAT(text, Contains("limits.a\\nb: "));
  CHECK_THAT(text, !Contains("\nb"));
}

TEST_CASE("an endless list of problems is cut") {
  std::string steps;
  for (int i = 0; i < 1000; ++i) steps += R"({"sya": 1},)";
  const std::string text = problems_of_step(steps + R"({"say": "x"})");
  CHECK(std::count(text.begin(), text.end(), '\n') < 110);
  CHECK_THAT(text, Contains("and more of the kind"));
}

TEST_CASE("an unknown key is told with the nearest one there is") {
  CHECK_THAT(problems_of_step(R"({"sya": "hello"})"),
             Contains("no key 'sya'; did you mean 'say'?"));
  CHECK_THAT(problems_with(R"("expct": {})"), Contains("did you mean 'expect'?"));
  CHECK_THAT(problems_with(R"("turn": {"endpointing_mn_ms": 1})"),
             Contains("did you mean 'endpointing_min_ms'?"));
  CHECK_THAT(problems_with(R"("tts": {"word_timing": true})"), Contains("'word_timings'?"));
  CHECK_THAT(problems_with(R"("far_end": {"dely_ms": 1})"), Contains("'delay_ms'?"));
  CHECK_THAT(problems_with(R"("expect": {"events": [{"event": "turn_endd"}]})"),
             Contains("'turn_ended'?"));
  CHECK_THAT(
      problems_with(R"("expect": {"events": [{"event": "turn_ended", "with": {"txt": "x"}}]})"),
      Contains("'text'?"));
}

TEST_CASE("an expectation that holds whatever happens is refused") {
  CHECK_THAT(problems_with(R"("expect": {"heard": {}})"),
             Contains(R"(expect.heard: needs "contains" or "lacks")"));
  for (const char* const errors : {"{}", R"({"min": 0})"}) {
    CHECK_THAT(problems_with(R"("expect": {"errors": )" + std::string(errors) + "}"),
               Contains("expect.errors: says nothing: it needs a max, or a min of 1 or more"));
  }
  CHECK_THAT(problems_of_event(R"({"event": "error", "min": 0})"),
             Contains("expect.events[0]: says nothing: it needs a max, or a min of 1 or more"));
  CHECK(problems_of_event(R"({"event": "error", "min": 0, "max": 2})").empty());
}

TEST_CASE("a pattern that no event can have is refused") {
  const auto problems_of_field = [](const std::string& with) {
    return problems_of_event(R"({"event": "turn_ended", "count": 0, "with": {)" + with + "}}");
  };
  CHECK_THAT(problems_of_field(R"("endpointing_ms": {"min": 3, "max": 2})"),
             Contains("expect.events[0].with.endpointing_ms: min is more than max"));
  CHECK(problems_of_field(R"("endpointing_ms": {"min": 2, "max": 2})").empty());
  CHECK_THAT(problems_of_field(R"("reason": "nonsense")"),
             Contains("with.reason: 'nonsense' is unknown; there are: silence, typed, "));
  CHECK_THAT(problems_of_field(R"("reason": {"not": "silense"})"), Contains("'silence'?"));
  CHECK(problems_of_field(R"("reason": "silence")").empty());
  CHECK(problems_of_field(R"("reason": {"contains": "e"})").empty());
  CHECK_THAT(problems_of_field(R"("text": null)"), Contains("must be a string, not null"));
  CHECK_THAT(problems_of_field(R"("endpointing_ms": {"min": null})"),
             Contains("must be a number, not null"));
  CHECK(problems_of_field(R"("endpointing_ms": null)").empty());
}

TEST_CASE("a pattern that compares nothing is refused") {
  CHECK_THAT(problems_of_event(R"({"event": "turn_ended", "with": {}})"),
             Contains("expect.events[0].with: must not be empty"));
  CHECK_THAT(problems_of_event(R"({"event": "turn_ended", "with": {"text": {}}})"),
             Contains("expect.events[0].with.text: must not be empty"));
}

TEST_CASE("two steps of one name are refused") {
  const std::string step = R"({"name": "ask", "say": "a"})";
  CHECK_THAT(problems_of_step(step + R"(, {"repeat": {"times": 2, "steps": [)" + step + "]}}"),
             Contains("steps[1].repeat.steps[0].name: steps[0] is called 'ask' too; "
                      "give each step a name of its own"));
  CHECK(problems_of_step(step + R"(, {"name": "then", "say": "a"}, {"say": "a"}, {"say": "a"})")
            .empty());
}

TEST_CASE("tools and calls that make no sense are told with their place") {
  CHECK(problems_with(R"("tools": [{"way": "answer"}])") == "pause.json: tools[0]: has no 'name'");
  CHECK_THAT(problems_with(R"("tools": [{"name": "a", "way": "anser"}])"), Contains("'answer'?"));
  CHECK_THAT(problems_with(R"("tools": [{"name": "a", "paramters": {}}])"),
             Contains("'parameters'?"));
  CHECK_THAT(problems_with(R"("tools": [{"name": "a"}, {"name": "a"}])"),
             Contains("tools: tool 'a': there are two of this name"));
  CHECK_THAT(problems_with(R"("tools": [{"name": "a", "parameters": {"type": "object", "x": 1}}])"),
             Contains("the keyword 'x' is not supported"));
  CHECK_THAT(problems_with(R"("tools": [{"name": "a", "progress": [{"after_ms": 1}]}])"),
             Contains("tools[0].progress[0]: has no 'text'"));
  CHECK_THAT(problems_with(R"("llm": {"replies": [{"calls": [{"arguments": {}}]}]})"),
             Contains("llm.replies[0].calls[0]: has no 'tool'"));
  CHECK_THAT(problems_with(R"("expect": {"context": [{"user": "x", "state": "done"}]})"),
             Contains("only a tool has a state and a result"));
  CHECK_THAT(problems_with(R"("expect": {"context": [{"tool": "x", "calls": ["y"]}]})"),
             Contains("only the assistant can call tools"));
}

TEST_CASE("what is no scenario is refused") {
  CHECK_THAT(problems(""), StartsWith("pause.json: is empty; "));
  CHECK_THAT(problems(" \n"), StartsWith("pause.json: is empty; "));
  CHECK_THAT(problems("{"), StartsWith("pause.json: invalid JSON at line 1"));
  CHECK(problems("[]") == "pause.json: must be an object, not a list");
  CHECK(problems("{}") == "pause.json: has no 'steps'");
  CHECK(problems(R"({"steps": []})") == "pause.json: steps: must not be empty");
  CHECK_THAT(problems(R"({"steps": [1]})"), Contains("steps[0]: must be an object, not a number"));
  CHECK_THAT(problems(R"({"steps": [{"say": "a"}], "steps": []})"), Contains("stands twice"));
}

TEST_CASE("a step does one thing, at one time") {
  CHECK_THAT(problems_of_step("{}"), Contains("steps[0]: does nothing; it needs one of: say, "));
  CHECK_THAT(problems_of_step(R"({"say": "a", "type": "b"})"),
             Contains("does two things, say and type"));
  CHECK_THAT(problems_of_step(R"({"say": "a", "at_ms": 1, "after": "turn_ended"})"),
             Contains("has both at_ms and after"));
  CHECK_THAT(problems_of_step(R"({"say": "a", "at_ms": 1, "plus_ms": 1})"),
             Contains("has both at_ms and plus_ms"));
}

TEST_CASE("words that can't be spoken are refused") {
  CHECK_THAT(problems_of_step(R"({"say": "schön"})"), Contains("only ASCII"));
  CHECK_THAT(problems_of_step(R"({"say": ["a", 100]})"),
             Contains("steps[0].say[1]: a pause must stand between words"));
  CHECK_THAT(problems_of_step(R"({"say": []})"), Contains("must not be empty"));
  CHECK_THAT(problems_of_step(R"({"say": ")" + std::string(5'000, 'a') + R"("})"),
             Contains("at most 4096 characters"));
}

TEST_CASE("sounds that would read as words are refused") {
  CHECK_THAT(problems_of_step(R"({"noise_ms": 100, "level_db": -12})"),
             Contains("steps[0].level_db: must not be from -18.4 to -10.2 dB"));
  CHECK(problems_of_step(R"({"noise_ms": 100, "level_db": -30})").empty());
}

TEST_CASE("words and a way that resamples them exclude each other") {
  CHECK_THAT(problems_with(R"("microphone": {"rate": 8000})"),
             Contains("vad.sample_rate: is 16000, the microphone's rate 8000"));
  CHECK_THAT(problems_of_step(R"({"say": "a"}, {"microphone": {"rate": 8000}})"),
             Contains("steps[1].microphone.rate: is 8000"));
  CHECK(problems_with(R"("microphone": {"rate": 8000}, "vad": {"sample_rate": 8000},
                         "stt": {"sample_rate": 8000})")
            .empty());
  CHECK(problems(R"({"microphone": {"rate": 8000}, "steps": [{"silence_ms": 1}]})").empty());
}

TEST_CASE("settings that contradict each other are refused") {
  CHECK_THAT(problems_with(R"("turn": {"start_speech_ms": 500, "endpointing_min_ms": 9000})"),
             StartsWith("pause.json: turn: start_speech_ms is more than start_window_ms") &&
                 Contains("\npause.json: turn: endpointing_min_ms is more than"));
}

TEST_CASE("numbers that must be whole are") {
  CHECK(problems_with(R"("seed": 1.5)") == "pause.json: seed: must be a whole number, not 1.5");
  CHECK(problems_with(R"("microphone": {"frame_samples": [160, 7.5]})") ==
        "pause.json: microphone.frame_samples[1]: must be a whole number, not 7.5");
}

TEST_CASE("expectations that can't be met are refused") {
  CHECK_THAT(problems_with(R"("expect": {"events": [{"event": "error", "min": 2, "max": 1}]})"),
             Contains("min is more than max"));
  CHECK_THAT(problems_with(R"("expect": {"events": [{"event": "error", "count": 2, "max": 1}]})"),
             Contains("has both count and a range"));
  CHECK_THAT(problems_with(R"("expect": {"timings": [{"from": "user_end", "to": "agent_start"}]})"),
             Contains("says nothing: it needs min_ms, max_ms or both"));
  CHECK_THAT(problems_with(R"("expect": {"timings": [{"from": "user_end", "to": "agent_start",
                                                       "min_ms": 3, "max_ms": 2}]})"),
             Contains("min_ms is more than max_ms"));
  CHECK_THAT(
      problems_with(R"("expect": {"timings": [{"from": {"step_end": "a"}, "to": "agent_start",
                                                       "min_ms": 3}]})"),
      Contains("timings[0].from: no step has the name 'a'"));
  CHECK_THAT(problems_with(R"("expect": {"context": [{"user": "a", "assistant": "b"}]})"),
             Contains("must have either 'user', 'assistant' or 'tool'"));
  CHECK_THAT(
      problems_with(R"("expect": {"events": [{"event": "turn_ended", "with": {"text": 3}}]})"),
      Contains("must be a string, not a number"));
  CHECK_THAT(problems_with(R"("expect": {"events": [{"event": "audio_in"}]})"),
             Contains("'audio_in' is unknown"));
}

TEST_CASE("faults of a provider exclude each other") {
  CHECK_THAT(problems_with(R"("tts": {"faults": {"error": 0.7, "stall": 0.7}})"),
             Contains("tts.faults: "));
  CHECK_THAT(problems_with(R"("tts": [{}, {"faults": {"error": 2}}])"),
             Contains("tts[1].faults.error: must be from 0 to 1, not 2"));
}

TEST_CASE("a pool has a size") {
  CHECK_THAT(problems_with(R"("llm": {"pool": {"patience_ms": 100}})"),
             Contains("llm.pool: has no 'maximum'"));
  CHECK_THAT(problems_with(R"("stt": {"pool": {"maximum": 0}})"),
             Contains("stt.pool.maximum: must be from 1 to 1000, not 0"));
}

TEST_CASE("repeats within repeats have an end") {
  std::string step = R"({"say": "a"})";
  for (int i = 0; i < 5; ++i) step = R"({"repeat": {"times": 2, "steps": [)" + step + "]}}";
  CHECK_THAT(problems_of_step(step), Contains("is nested too deeply"));
  CHECK_THAT(problems_of_step(R"({"repeat": {"steps": [{"say": "a"}]}})"),
             Contains("has no 'times'"));
  const auto twice = [](const std::string& outer, const std::string& inner) {
    return problems_of_step(R"({"repeat": {"times": )" + outer +
                            R"(, "steps": [{"repeat": {"times": )" + inner +
                            R"(, "steps": [{"type": "x"}]}}]}})");
  };
  CHECK(twice("100", "998").empty());
  CHECK_THAT(twice("1000", "1000"),
             Contains("steps: come to more than 100000 with all their repeats"));
  CHECK_THAT(twice("1000000", "1000000"), Contains("steps: come to more than 100000"));
}

TEST_CASE("every part of a scenario file arrives in the scenario") {
  const sim::Scenario scenario = scenario_of(R"({
    "name": "all", "description": "of it", "seed": 7,
    "agent": {"greeting": "Hi.", "mode": "voice_to_text"}, "turn": {"interruption_words": 2},
    "limits": {"max_utterance_ms": 5000}, "session": {"playout_delay_ms": 40},
    "stt": {"final_delay_ms": {"ms": 10, "jitter_ms": 20, "tail_ms": 30, "tail_share": 0.5}},
    "llm": {"replies": [{"when": "time", "times": 2, "reply": "Ten."}], "reply": "What?"},
    "tts": [{"first_audio_ms": 1}, {"sample_rate": 8000}], "vad": {"sample_rate": 16000},
    "far_end": {"delay_ms": 50, "reports": false}, "microphone": {"frame_samples": [1, 2]},
    "settle_ms": 1000, "heard_tolerance_ms": 5,
    "steps": [{"name": "ask", "after": {"event": "turn_ended", "with": {"text": {"contains": "x"}},
               "nth": 2}, "plus_ms": 3, "say": ["a", 100, "b"]}],
    "expect": {"errors": {"min": 1}, "close_reason": "idle"}})");
  CHECK(scenario.name == "all");
  CHECK(scenario.seed == 7);
  CHECK(scenario.agent.greeting == "Hi.");
  CHECK(scenario.agent.mode == Mode::kVoiceToText);
  CHECK(scenario.agent.turn.interruption_words == 2);
  CHECK(scenario.agent.limits.max_utterance == Duration(5'000'000'000));
  CHECK(scenario.session.playout_delay == Duration(40'000'000));
  CHECK(scenario.providers.stt.front().final_delay.tail == Duration(30'000'000));
  REQUIRE(scenario.providers.replies.size() == 2);
  CHECK(scenario.providers.replies[0].times == 2);
  CHECK(scenario.providers.replies[1].text == "What?");
  REQUIRE(scenario.providers.tts.size() == 2);
  CHECK(scenario.providers.tts[1].sample_rate == 8000);
  CHECK_FALSE(scenario.far_end.reports);
  CHECK(scenario.microphone.frame_samples == std::vector<int>{1, 2});
  CHECK(scenario.settle == Duration(1'000'000'000));
  CHECK(scenario.heard_tolerance == Duration(5'000'000));
  const sim::Step& step = scenario.steps.front();
  CHECK(step.when.nth == 2);
  CHECK(step.when.plus == Duration(3'000'000));
  CHECK(step.when.after->fields.front().how == sim::FieldCheck::How::kContains);
  CHECK(std::get<sim::step::Say>(step.action).pieces.size() == 3);
  CHECK(scenario.expect.min_errors == 1);
  CHECK(scenario.expect.close_reason == CloseReason::kIdle);
}

TEST_CASE("a scenario without a name is called like its file") {
  const auto scenario = sim::parse_scenario(R"({"steps": [{"say": "a"}]})", "folder/cough.json");
  REQUIRE(scenario.ok());
  CHECK(scenario->name == "cough");
}

TEST_CASE("a file that can't be read is told by its name") {
  const TempDir folder;
  CHECK(sim::load_scenario(folder.path("none.json")).status().code() == ErrorCode::kNotFound);
  CHECK(sim::load_scenario(folder.path("")).status().code() == ErrorCode::kIo);
  const std::string text = R"({"steps": [{"say": "a"}]})";
  const std::string path = folder.write("a.json", std::as_bytes(std::span(text)));
  CHECK(sim::load_scenario(path).ok());
}

}  // namespace
}  // namespace voiceagent::test
