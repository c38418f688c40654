#include "providers/llm/intents/answer.h"

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"

namespace voiceagent::intents {
namespace {

constexpr std::int64_t kNoon = 1'700'481'600'000;  // 2023-11-20 12:00 UTC, a Monday

IntentsFile read(std::string_view json) {
  Result<IntentsFile> file = parse_intents(json);
  INFO(file.status().message());
  REQUIRE(file.ok());
  return std::move(*file);
}

IntentsFile with_replies(std::string_view sentence, std::string_view replies) {
  return read(R"({"version": 1, "intents": [{"name": "x", "sentences": [")" +
              std::string(sentence) + R"("], "replies": [)" + std::string(replies) + "]}]}");
}

// A conversation that grows turn by turn.
class Talk {
 public:
  explicit Talk(const IntentsFile& file) : file_(file) {}

  std::string say(std::string text) {
    lines_.push_back({Role::kUser, std::move(text)});
    std::vector<Message> messages;
    for (const Line& line : lines_) messages.push_back({line.role, line.text, false});
    const Answer reply = answer(file_, messages, kNoon, {}, UtcOffset(0));
    lines_.push_back({Role::kAssistant, reply.text});
    return reply.text;
  }

 private:
  struct Line {
    Role role;
    std::string text;
  };
  const IntentsFile& file_;
  std::vector<Line> lines_;
};

}  // namespace

TEST_CASE("intents: placeholders are filled in") {
  const IntentsFile file =
      with_replies("tell {who} the news",
                   R"("{who}, it is {time} ({time_24h}) on {weekday}, {date}; you said: {heard}")");
  CHECK(Talk(file).say("Tell Aunt Emma the news!") ==
        "Aunt Emma, it is 12:00 PM (12:00) on Monday, Monday, November 20; you said: Tell Aunt "
        "Emma the news!");
}

TEST_CASE("intents: replies take turns") {
  const IntentsFile file = with_replies("hello", R"("one", "two", "three")");
  Talk talk(file);
  for (const char* reply : {"one", "two", "three", "one", "two"}) CHECK(talk.say("hello") == reply);
}

TEST_CASE("intents: the same reply is not given twice in a row while there is another") {
  const IntentsFile file = with_replies("hello", R"("one", "two")");
  const std::vector<Message> messages{{Role::kAssistant, "one", false},
                                      {Role::kUser, "hello", false}};
  CHECK(answer(file, messages, kNoon, {}, UtcOffset(0)).text == "two");
}

TEST_CASE("intents: the same conversation gets the same answer") {
  const IntentsFile file = with_replies("hello", R"("one", "two", "three")");
  for (int i = 0; i < 3; ++i) {
    Talk talk(file);
    CHECK(talk.say("hello") == "one");
    CHECK(talk.say("hello") == "two");
  }
}

TEST_CASE("intents: a reply that uses more of what was said comes first") {
  const IntentsFile file =
      with_replies("weather [in {city}] [on {day}]",
                   R"("Fine.", "Fine on {day}.", "Fine in {city} on {day}.", "Good.")");
  Talk talk(file);
  CHECK(talk.say("weather in Rome on Monday") == "Fine in Rome on Monday.");
  CHECK(talk.say("weather on Monday") == "Fine on Monday.");
  CHECK(talk.say("weather") == "Fine.");
  CHECK(talk.say("weather") == "Good.");
}

TEST_CASE("intents: the last reply can be repeated, if there was one") {
  const IntentsFile file = read(builtin_intents());
  Talk talk(file);
  CHECK(talk.say("repeat that please") == "I have not said anything yet.");
  CHECK(talk.say("what time is it") == "It is 12:00 PM.");
  CHECK(talk.say("can you repeat that") == "It is 12:00 PM.");
  CHECK(talk.say("say that again") == "It is 12:00 PM.");
}

TEST_CASE("intents: what is not understood gets its own replies, and no intent") {
  const IntentsFile file = read(builtin_intents());
  for (const char* text : {"the committee will meet on thursday", "", "???"}) {
    const std::vector<Message> messages{{Role::kUser, text, false}};
    const Answer reply = answer(file, messages, kNoon, {}, UtcOffset(0));
    CHECK(reply.match.intent == nullptr);
    CHECK(reply.text == "Sorry, I did not understand that.");
  }
  CHECK(answer(file, {}, kNoon, {}, UtcOffset(0)).match.intent == nullptr);
}

TEST_CASE("intents: the built-in file understands its topics, well spoken or not") {
  const IntentsFile file = read(builtin_intents());
  const std::pair<const char*, const char*> cases[] = {{"hello", "greeting"},
                                                       {"Good morning!", "greeting"},
                                                       {"help", "help"},
                                                       {"what can you do", "help"},
                                                       {"what time is it", "time"},
                                                       {"can you tell me what dime it is", "time"},
                                                       {"What's the date today?", "date"},
                                                       {"what day is it to day", "date"},
                                                       {"please say that again", "repeat"},
                                                       {"stop talking", "stop"},
                                                       {"good bye", "goodbye"},
                                                       {"see you later", "goodbye"},
                                                       {"thanks a lot", "thanks"},
                                                       {"tank you very much", "thanks"},
                                                       {"how are you doing today", "how_are_you"},
                                                       {"what's your name", "name"},
                                                       {"who are you", "name"}};
  for (const auto& [text, name] : cases) {
    CAPTURE(text);
    const Match found = match(file, text, {});
    REQUIRE(found.intent != nullptr);
    CHECK(found.intent->name == name);
  }
}

TEST_CASE("intents: messages that are not UTF-8 give replies that are") {
  const IntentsFile file =
      with_replies("call {who}", R"("Calling {who}: {heard}, {last_reply}.", "{who}")");
  const std::vector<Message> messages{{Role::kAssistant, "\xC3", false},
                                      {Role::kUser, "call a\xFF b", false}};
  CHECK(answer(file, messages, kNoon, {}, UtcOffset(0)).text ==
        "Calling a\uFFFD b: call a\uFFFD b, \uFFFD.");
}

TEST_CASE("intents: an intent with a tool calls it, and is answered by its result") {
  const IntentsFile file = read(R"({"version": 1, "intents": [
      {"name": "weather", "sentences": ["what is the weather [in {city}] [for {days} days]"],
       "tool": {"name": "look", "arguments":
                {"city": "{city}", "days": "{days}", "note": "user said {heard}", "unit": 1}},
       "replies": ["It is {result}."], "failed_replies": ["I do not know."]},
      {"name": "joke", "sentences": ["tell me a joke"], "replies": ["No."]}]})");
  std::vector<Message> messages{{Role::kUser, "what is the weather in Paris for 3 days", false}};
  const Answer call = answer(file, messages, kNoon, {}, UtcOffset(0));
  CHECK(call.tool == "look");
  CHECK(call.text.empty());
  CHECK(call.arguments ==
        R"({"city":"Paris","days":3,"note":"user said what is the weather in Paris for 3 days",)"
        R"("unit":1})");
  CHECK_FALSE(call.goes_on);
  messages.front().text = "what is the weather";
  CHECK(answer(file, messages, kNoon, {}, UtcOffset(0)).arguments ==
        R"({"note":"user said what is the weather","unit":1})");
  CHECK(answer(file, messages, kNoon, {}, UtcOffset(0), false).text == "I do not know.");

  const std::vector<ToolCall> calls{{"c1", "look", "{}"}};
  messages.push_back({Role::kAssistant, "", false, calls, {}});
  messages.push_back({Role::kTool, "sunny", false, {}, "c1"});
  const Answer told = answer(file, messages, kNoon, {}, UtcOffset(0));
  CHECK(told.text == "It is sunny.");
  CHECK(told.tool.empty());
  CHECK(told.goes_on);
  messages.back().text = R"({"state":"timed_out","error":"no result within 10000 ms"})";
  CHECK(answer(file, messages, kNoon, {}, UtcOffset(0)).text == "I do not know.");
  messages.back().text = "rainy";
  messages.push_back({Role::kUser, "tell me a joke", false});
  CHECK(answer(file, messages, kNoon, {}, UtcOffset(0)).text == "No.");
  messages.push_back({Role::kAssistant, "No.", false});
  messages.push_back({Role::kSystem, "The call c1 has ended meanwhile", false});
  CHECK(answer(file, messages, kNoon, {}, UtcOffset(0)).text == "It is rainy.");
}

}  // namespace voiceagent::intents
