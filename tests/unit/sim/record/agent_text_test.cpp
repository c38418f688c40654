#include "sim/record/agent_text.h"

#include <cstddef>
#include <string>

#include "support/catch.h"

using namespace voiceagent;

namespace {

struct AnyField {
  template <class T>
  operator T() const;
};

// How many members an aggregate has.
template <class T, class... Fields>
constexpr std::size_t members() {
  if constexpr (requires { T{Fields{}..., AnyField{}}; }) {
    return members<T, Fields..., AnyField>();
  } else {
    return sizeof...(Fields);
  }
}

std::string text_of(const AgentOptions& agent) {
  JsonWriter json;
  write_agent(json, agent);
  return std::string(json.text());
}

Json parsed(const std::string& text) {
  const auto json = Json::parse(text);
  REQUIRE(json.ok());
  return *json;
}

// Another value of the same type.
void write_other(JsonWriter& json, const Json& value) {
  switch (value.type()) {
    case JsonType::kBool: json.value(!value.boolean()); break;
    case JsonType::kString: json.value(std::string(value.string()) + "x"); break;
    case JsonType::kArray: json.begin_array().value("one").value("two").end_array(); break;
    default:
      if (value.dump().find('.') == std::string::npos) {
        json.value(value.integer() + 1);
      } else {
        json.value(value.number() + 0.25);
      }
  }
}

}  // namespace

TEST_CASE("every option of an agent, a turn, the limits and the resilience is recorded") {
  const Json json = parsed(text_of(AgentOptions()));
  std::size_t turn = 0, limits = 0, resilience = 0, fallbacks = 0;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json.key_at(i).substr(0, 5) == "turn.") ++turn;
    if (json.key_at(i).substr(0, 7) == "limits.") ++limits;
    if (json.key_at(i).substr(0, 11) == "resilience.") ++resilience;
    if (json.key_at(i).find(".fallbacks") != std::string_view::npos) ++fallbacks;
  }
  CHECK(turn == members<TurnOptions>());
  CHECK(limits == members<LimitOptions>());
  CHECK(resilience == members<ResilienceOptions>() - 1);  // the clip is a record of its own
  // Turn, limits, resilience and, not recorded here, the tools, the detector and the strategies.
  CHECK(json.size() - turn - limits - resilience - fallbacks == members<AgentOptions>() - 6);
  CHECK(fallbacks == 3);
}

TEST_CASE("every option reads back as written") {
  const Json before = parsed(text_of(AgentOptions()));
  JsonWriter changed;
  changed.begin_object();
  for (std::size_t i = 0; i < before.size(); ++i) {
    changed.key(before.key_at(i));
    write_other(changed, before.at(i));
  }
  changed.end_object();
  const std::string text(changed.text());
  CHECK(text != text_of(AgentOptions()));
  CHECK(text_of(read_agent(parsed(text))) == text);
}

TEST_CASE("what a recording doesn't name is as by default, and what it names besides is ignored") {
  const AgentOptions agent = read_agent(parsed(R"({"greeting":"hi","turn.of_the_future":3})"));
  CHECK(agent.greeting == "hi");
  CHECK(agent.turn.preroll == TurnOptions().preroll);
}

TEST_CASE("options of providers are not recorded: they may hold keys") {
  AgentOptions agent;
  agent.llm.options.set("api_key", std::string("secret"));
  CHECK(text_of(agent).find("secret") == std::string::npos);
}
