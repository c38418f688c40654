#include "providers/llm/intents/intents_file.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "support/catch.h"
#include "support/temp_dir.h"

namespace voiceagent::intents {
namespace {

// A file with these members beside the version.
std::string file_with(std::string_view members) {
  return R"({"version": 1, )" + std::string(members) + "}";
}

// A file with one intent "x" of these members.
std::string intent_with(std::string_view members) {
  return file_with(R"("intents": [{"name": "x", )" + std::string(members) + "}]");
}

std::string sentence(std::string_view text) {
  return intent_with(R"("sentences": ["fine", ")" + std::string(text) + R"("], "replies": ["y"])");
}

std::string reply(std::string_view text) {
  return intent_with(R"("sentences": ["from {place} [to {goal}]"], "replies": [")" +
                     std::string(text) + R"("])");
}

// Why a file is refused; empty when it isn't.
std::string refusal(const std::string& json) {
  const Result<IntentsFile> file = parse_intents(json);
  if (file.ok()) return {};
  CHECK(file.status().code() == ErrorCode::kInvalidArgument);
  return file.status().message();
}

}  // namespace

TEST_CASE("intents: a file is read with its intents, slots and replies") {
  const Result<IntentsFile> file = parse_intents(R"({
    "version": 1,
    "slots": {"city": ["Paris", "New York"]},
    "intents": [
      {"name": "weather", "sentences": ["weather [in {city}]"], "replies": ["Sunny.", "In {city}."]},
      {"name": "call", "sentences": ["call {who}"], "replies": ["Calling {who}."]}
    ],
    "did_not_understand": ["Pardon?"]
  })");
  REQUIRE(file.status().message().empty());
  REQUIRE(file->intents.size() == 2);
  CHECK(file->intents[0].name == "weather");
  CHECK(file->intents[0].replies.size() == 2);
  REQUIRE(file->slots.size() == 2);
  CHECK(file->slots[0].values == std::vector<std::string>{"Paris", "New York"});
  CHECK(file->slots[1].name == "who");
  CHECK(file->did_not_understand.size() == 1);
}

TEST_CASE("intents: the built-in file is right and answers its own examples") {
  const Result<IntentsFile> file = parse_intents(builtin_intents());
  REQUIRE(file.status().message().empty());
  CHECK(file->intents.size() == 10);
}

TEST_CASE("intents: a file that isn't JSON, or not of this version, is refused with the place") {
  CHECK(refusal("{\n  \"version\": 1,\n  oops\n}").find("line 3") != std::string::npos);
  CHECK(refusal("[]") == "the file must be a JSON object");
  CHECK(refusal("{}") == "\"version\" is missing; it must be 1");
  CHECK(refusal(R"({"version": 2})") == "\"version\" is 2; this release reads version 1");
  CHECK(refusal(R"({"version": "1"})") == "\"version\" is \"1\"; this release reads version 1");
  CHECK(refusal(R"({"version": 1})") == "\"intents\" must be a list of at least one intent");
}

TEST_CASE("intents: unknown keys are refused with the nearest known one") {
  CHECK(refusal(file_with(R"("intent": [])")) ==
        "unknown key \"intent\"; did you mean \"intents\"?");
  CHECK(refusal(intent_with(R"("sentence": ["a b"], "replies": [])")) ==
        "intent \"x\": unknown key \"sentence\"; did you mean \"sentences\"?");
  CHECK(refusal(intent_with(R"("zzz": 1)")) == "intent \"x\": unknown key \"zzz\"");
}

TEST_CASE("intents: members of the wrong kind are refused") {
  CHECK(refusal(file_with(R"("intents": {})")) ==
        "\"intents\" must be a list of at least one intent");
  CHECK(refusal(file_with(R"("intents": [3])")) == "intent 1: it must be an object");
  CHECK(refusal(file_with(R"("intents": [{"name": "a b"}])")) ==
        "intent \"a b\": \"name\" must be a string of letters, digits and underscores");
  CHECK(refusal(file_with(R"("intents": [{"name": 3}])")) ==
        "intent 1: \"name\" must be a string of letters, digits and underscores");
  CHECK(refusal(intent_with(R"("replies": ["y"])")) == "intent \"x\": \"sentences\" is missing");
  CHECK(refusal(intent_with(R"("sentences": "a")")) ==
        "intent \"x\": \"sentences\" must be a list of strings");
  CHECK(refusal(intent_with(R"("sentences": [])")) == "intent \"x\": \"sentences\" is empty");
  CHECK(refusal(intent_with(R"("sentences": ["a", 1])")) ==
        "intent \"x\": \"sentences\": item 2 is not a string");
  CHECK(refusal(file_with(R"("slots": 3, "intents": [])")) ==
        "\"slots\" must be an object of lists");
  CHECK(refusal(file_with(R"("slots": {"a": []})")) == "slot \"a\": \"a\" is empty");
  CHECK(refusal(file_with(R"("slots": {"a": ["?"]})")) == "slot \"a\": value \"?\" has no words");
  CHECK(refusal(file_with(R"("slots": {"1": ["x"]})")) ==
        "slot \"1\": that is no name (use a-z, 0-9 and _)");
}

TEST_CASE("intents: two intents of one name are refused") {
  const std::string one = R"({"name": "x", "sentences": ["one"], "replies": ["y"]})";
  CHECK(refusal(file_with("\"intents\": [" + one + ", " + one + "]")) ==
        "intent \"x\": there are two of that name");
}

TEST_CASE("intents: a wrong sentence is refused with what is wrong and where") {
  const std::pair<const char*, const char*> cases[] = {
      {" ", "it is empty"},
      {"go [home", "'[' has no ']', at character 4"},
      {"go (home|out", "'(' has no ')', at character 4"},
      {"go home)", "')' closes nothing, at character 8"},
      {"go (home]", "'(' has no ')', at character 4"},
      {"go {city", "'{' has no '}', at character 4"},
      {"go city}", "'}' closes nothing, at character 8"},
      {"go {my city}", "'my city' is no name of a slot (use a-z, 0-9 and _), at character 4"},
      {"go {}", "'' is no name of a slot (use a-z, 0-9 and _), at character 4"},
      {"go|stop", "'|' needs brackets around its alternatives, at character 3"},
      {"go (home|)", "an alternative has no words (optional words go into [ ]), at character 9"},
      {"go ()", "an alternative has no words (optional words go into [ ]), at character 4"},
      {"light(s)", "put a space before '(', at character 6"},
      {"[un]known", "put a space after ']', at character 4"},
      {"{a} to {a}", "slot {a} is there twice"},
      {"to {time}",
       "slot {time}: replies have a meaning of their own for that name; choose another"},
      {"[please]",
       "it may match anything: at least one word that is neither optional nor an open slot is "
       "needed"},
      {"{thing}",
       "it may match anything: at least one word that is neither optional nor an open slot is "
       "needed"}};
  for (const auto& [text, what] : cases) {
    CHECK(refusal(sentence(text)) ==
          "intent \"x\": sentence 2 (\"" + std::string(text) + "\"): " + what);
  }
}

TEST_CASE("intents: a template that is too large is refused, one of many sentences is not") {
  std::string deep = "a";
  for (int i = 0; i < 17; ++i) deep = "(" + deep + " b)";
  CHECK(refusal(sentence(deep)).find("more than 16 deep, at character 17") != std::string::npos);
  std::string wide = "a";
  for (int i = 0; i < 300; ++i) wide += " [b]";
  CHECK(refusal(sentence(wide)).find("it stands for too many sentences") != std::string::npos);
  std::string many = "a";
  for (int i = 0; i < 100; ++i) many += " [b]";
  CHECK(refusal(sentence(many)).empty());
}

TEST_CASE("intents: a wrong reply is refused with what is wrong and where") {
  const std::pair<const char*, const char*> cases[] = {
      {" ", "it is empty"},
      {"To {place", "'{' has no '}', at character 4"},
      {"To {{place}}", "'{' has no '}', at character 4"},
      {"To place}", "'}' closes nothing, at character 9"},
      {"To {the place}", "'the place' is no name (use a-z, 0-9 and _), at character 4"},
      {"To {plaec}",
       "{plaec} is no slot of its sentences; there are {goal}, {place}, {last_reply}, {heard}, "
       "{time}, {time_24h}, {date}, {weekday}"}};
  for (const auto& [text, what] : cases) {
    CHECK(refusal(reply(text)) == "intent \"x\": reply 1 (\"" + std::string(text) + "\"): " + what);
  }
}

TEST_CASE("intents: some reply must be possible whatever was said") {
  const std::string what =
      "intent \"x\": \"replies\" need one that can always be given: without {last_reply}, and "
      "without slots that not every sentence has";
  CHECK(refusal(reply("To {goal}.")) == what);
  CHECK(refusal(reply("{last_reply}")) == what);
  CHECK(refusal(reply("From {place}.")).empty());
  CHECK(refusal(intent_with(R"("sentences": ["from {a}", "to {b}"], "replies": ["{a}", "{b}"])")) ==
        what);
  CHECK(
      refusal(intent_with(R"j("sentences": ["(from {a}|of {a})"], "replies": ["{a}"])j")).empty());
  CHECK(refusal(intent_with(R"j("sentences": ["(from {a}|to {b})"], "replies": ["{a}"])j")) ==
        what);
}

TEST_CASE("intents: a listed slot that no sentence uses is refused") {
  CHECK(refusal(file_with(R"("slots": {"city": ["Rome"]}, "intents": [
            {"name": "x", "sentences": ["go to {ctiy}"], "replies": ["y"]}])")) ==
        "slot \"city\" is used in no sentence");
}

TEST_CASE("intents: the replies to what is not understood know no slots") {
  CHECK(refusal(file_with(R"("intents": [{"name": "x", "sentences": ["a"], "replies": ["y"]}],
                             "did_not_understand": ["{a}?"])"))
            .find("reply 1 (\"{a}?\"): {a} is no slot") == 0);
  CHECK(refusal(file_with(R"("intents": [{"name": "x", "sentences": ["a"], "replies": ["y"]}],
                             "did_not_understand": [])")) == "\"did_not_understand\" is empty");
}

TEST_CASE("intents: long texts are shortened in messages, control characters shown") {
  const std::string message = refusal(sentence(std::string(500, 'y') + " ("));
  CHECK(message.size() < 200);
  CHECK(message.find("yyy...") != std::string::npos);
  CHECK(refusal(sentence("\\u001b[2J (")).find("\\x1b") != std::string::npos);
}

TEST_CASE("intents: a file that can't be read is named") {
  const test::TempDir dir;
  const Result<IntentsFile> none = load_intents(dir.path("none.json"));
  CHECK(none.status().code() == ErrorCode::kNotFound);
  CHECK(none.status().message() ==
        "intents file '" + dir.path("none.json") + "': it cannot be opened");
  const std::string broken = "{";
  const std::string path = dir.write("broken.json", std::as_bytes(std::span(broken)));
  CHECK(load_intents(path).status().message().find("intents file '" + path + "': ") == 0);
  CHECK_FALSE(load_intents(dir.path(".")).ok());
  const std::string huge(5 * 1024 * 1024, ' ');
  CHECK(load_intents(dir.write("huge.json", std::as_bytes(std::span(huge))))
            .status()
            .message()
            .find("it is larger than 4194304 bytes") != std::string::npos);
}

TEST_CASE("intents: a tool that can't be called is refused") {
  const auto with_tool = [](std::string_view tool, std::string_view more = "") {
    return refusal(
        intent_with(R"("sentences": ["from {place}"], "replies": ["{result}"], "tool": )" +
                    std::string(tool) + std::string(more)));
  };
  CHECK(with_tool(R"({"name": "go", "arguments": {"from": "{place}"}})").empty());
  CHECK(with_tool("3").find("\"tool\" must be an object") != std::string::npos);
  CHECK(with_tool("{}").find("needs a \"name\"") != std::string::npos);
  CHECK(with_tool(R"({"name": "go", "argument": {}})").find("unknown key") != std::string::npos);
  CHECK(with_tool(R"({"name": "go", "arguments": []})").find("must be an object") !=
        std::string::npos);
  CHECK(with_tool(R"({"name": "go", "arguments": {"to": "{goal}"}})").find("{goal} is no slot") !=
        std::string::npos);
  CHECK(with_tool(R"({"name": "go", "arguments": {"to": "{"}})").find("argument \"to\"") !=
        std::string::npos);
  CHECK(with_tool(R"({"name": "go"})", R"(, "failed_replies": ["{result}"])")
            .find("{result} is no slot") != std::string::npos);
  CHECK(refusal(reply("{result}")).find("{result} is no slot") != std::string::npos);
  CHECK(
      refusal(intent_with(R"("sentences": ["a word"], "replies": ["y"], "failed_replies": ["n"])"))
          .find("for an intent with a \"tool\"") != std::string::npos);
  CHECK(refusal(sentence("the {result}")).find("choose another") != std::string::npos);
}

}  // namespace voiceagent::intents
