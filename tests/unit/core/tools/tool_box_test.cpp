#include "core/tools/tool_box.h"

#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/session_rig.h"

using namespace voiceagent;
using namespace std::chrono_literals;

namespace {

Tool named(std::string name) {
  Tool tool;
  tool.name = std::move(name);
  tool.description = "does something";
  tool.handler = blocking_tool([](ToolContext&) -> Result<std::string> { return std::string(); });
  return tool;
}

std::string refusal(std::vector<Tool> tools) {
  return ToolBox::create(std::move(tools)).status().message();
}

// What is wrong with a tool that `change` has changed.
template <class Change>
std::string refusal(Change change) {
  Tool tool = named("book");
  change(tool);
  return refusal(std::vector{tool});
}

}  // namespace

TEST_CASE("an agent without tools has no box") {
  const auto box = ToolBox::create({});
  REQUIRE(box.ok());
  CHECK(*box == nullptr);
}

TEST_CASE("a box finds its tools by name and describes them to the model") {
  Tool weather = named("weather");
  weather.parameters = R"({"type":"object","properties":{"city":{"type":"string"}}})";
  const auto box = ToolBox::create({named("book"), weather});
  REQUIRE(box.ok());
  CHECK((*box)->find("weather")->name == "weather");
  CHECK((*box)->find("wether") == nullptr);
  REQUIRE((*box)->descriptions().size() == 2);
  CHECK((*box)->descriptions()[0].name == "book");
  CHECK((*box)->descriptions()[0].parameters == R"({"type":"object","properties":{}})");
  CHECK((*box)->descriptions()[1].parameters == weather.parameters);
}

TEST_CASE("arguments are parsed and checked; nothing at all is an empty object") {
  Tool weather = named("weather");
  weather.parameters = R"({"type":"object","properties":{"city":{"type":"string"}}})";
  const auto box = ToolBox::create({weather});
  REQUIRE(box.ok());
  const Tool& tool = *(*box)->find("weather");
  CHECK((*(*box)->arguments(tool, R"({"city":"Paris"})"))["city"].string() == "Paris");
  CHECK((*(*box)->arguments(tool, " ")).is_object());
  CHECK((*box)->arguments(tool, R"({"city":1})").status().message() ==
        "the arguments don't fit the tool's parameters: at /city: breaks the rule \"type\": "
        "\"string\"");
  CHECK((*box)
            ->arguments(tool, R"({"city":)")
            .status()
            .message()
            .find("the arguments are no JSON: invalid JSON at line 1") == 0);
  const std::string huge = R"({"city":")" + std::string(300'000, 'a') + R"("})";
  CHECK((*box)->arguments(tool, huge).status().message() ==
        "the arguments have more than 262144 bytes");
}

TEST_CASE("a tool that makes no sense is refused with its name and what to do") {
  CHECK(refusal({named("a b")}) ==
        "tool 'a b': a name has 1 to 64 of the characters A-Z, a-z, 0-9, _ and -");
  CHECK(refusal({named("")}).find("tool ''") == 0);
  CHECK(refusal({named(std::string(65, 'a'))}) != "");
  CHECK(refusal({named("a"), named("b"), named("a")}) ==
        "tool 'a': there are two of this name; give one another");
  CHECK(refusal([](Tool& tool) { tool.handler = nullptr; }) ==
        "tool 'book': it has no handler and no effect, so it does nothing: give it one");
  CHECK(refusal([](Tool& tool) { tool.deadline = 0s; }).find("tool 'book': its deadline") == 0);
  CHECK(refusal([](Tool& tool) { tool.deadline = 2h; }).find("tool 'book': its deadline") == 0);
  CHECK(refusal([](Tool& tool) { tool.filler_delay = -1s; }) != "");
  CHECK(refusal([](Tool& tool) { tool.filler = "\xFF"; }) != "");
  CHECK(refusal([](Tool& tool) { tool.description = std::string(9'000, 'a'); }) != "");
  CHECK(refusal([](Tool& tool) {
          tool.parameters = R"({"type":"object","$ref":"#"})";
        }).find("tool 'book': parameters: the schema: the keyword '$ref'") == 0);
  CHECK(refusal([](Tool& tool) {
          tool.parameters = "{";
        }).find("tool 'book': parameters: invalid JSON") == 0);
  std::vector<Tool> many;
  for (int i = 0; i < 129; ++i) many.push_back(named("t" + std::to_string(i)));
  CHECK(refusal(many) == "there are 129 tools; an agent has at most 128");
}

TEST_CASE("a tool with an effect needs what the effect needs") {
  const auto transfer = [](Tool& tool) {
    tool.handler = nullptr;
    tool.effect = ToolEffect::kTransfer;
  };
  CHECK(refusal(transfer) ==
        "tool 'book': its effect 'transfer' needs an effect_value, or a parameter 'target'");
  CHECK(refusal([&](Tool& tool) {
          transfer(tool);
          tool.effect_value = "sip:desk@example.com";
        }) == "");
  CHECK(refusal([&](Tool& tool) {
          transfer(tool);
          tool.parameters = R"({"type":"object","properties":{"target":{"type":"string"}}})";
        }) == "");
  CHECK(refusal([](Tool& tool) {
          tool.effect = ToolEffect::kChangeMode;
          tool.effect_value = "telepathy";
        }).find("tool 'book': its effect_value 'telepathy' is no mode") == 0);
  CHECK(refusal([](Tool& tool) { tool.effect = ToolEffect::kEndCall; }) == "");
}

TEST_CASE("an agent is not made with tools that make no sense") {
  AgentOptions agent = test::scripted_agent("hello");
  agent.tools = {named("a"), named("a")};
  EngineOptions options;
  options.logger = make_null_logger();
  options.registry = std::make_shared<Registry>();
  const auto engine = make_engine(std::move(options));
  REQUIRE(engine.ok());
  CHECK((*engine)->make_agent(agent).status().message() ==
        "tool 'a': there are two of this name; give one another");
  agent.tools.pop_back();
  const auto made = (*engine)->make_agent(agent);
  REQUIRE(made.ok());
  SessionOptions session;
  session.tools = std::make_shared<const std::vector<Tool>>(std::vector{named("b"), named("b")});
  CHECK((*made)->open_session(session).status().message() ==
        "tool 'b': there are two of this name; give one another");
}
