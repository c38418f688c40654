#include "sim/random_tools.h"

#include <array>
#include <string>

#include "voiceagent/events.h"

namespace voiceagent::sim {
namespace {

Duration ms(int milliseconds) { return std::chrono::milliseconds(milliseconds); }

ToolScript::Way draw_way(Chance& chance) {
  return static_cast<ToolScript::Way>(chance.between(0, 5));
}

ToolEffect draw_effect(Chance& chance) {
  if (!chance.yes(0.2)) return ToolEffect::kNone;
  constexpr std::array kEffects{ToolEffect::kTransfer, ToolEffect::kChangeMode,
                                ToolEffect::kEndCall};
  return kEffects[chance.below(kEffects.size())];
}

std::string draw_mode(Chance& chance) {
  return std::string(to_string(static_cast<Mode>(chance.between(0, 3))));
}

ToolScript draw_tool(Chance& chance, bool faults) {
  ToolScript script;
  script.seed = chance.next();
  Tool& tool = script.tool;
  tool.parameters = R"({"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]})";
  tool.deadline = ms(chance.between(300, 4000));
  tool.interruption = static_cast<ToolInterruption>(chance.between(0, 2));
  tool.duplicates = static_cast<ToolDuplicates>(chance.between(0, 2));
  if (chance.yes(0.4)) tool.filler = "one moment.";
  tool.filler_delay = ms(chance.between(0, 1500));
  tool.interruptible = !chance.yes(0.15);
  tool.effect = draw_effect(chance);
  tool.effect_value = tool.effect == ToolEffect::kChangeMode ? draw_mode(chance) : "the desk";
  script.latency = Latency(ms(chance.between(0, 800)), ms(chance.between(0, 2500)));
  script.result = chance.yes(0.1) ? std::string(100'000, 'x') : "it is so";
  for (int i = chance.yes(0.3) ? chance.between(1, 3) : 0; i > 0; --i) {
    script.reports.push_back({ms(chance.between(0, 2000)), "still at it.",
                              static_cast<ToolProgress>(chance.between(0, 1))});
  }
  if (faults && chance.yes(0.5)) script.way = draw_way(chance);
  return script;
}

}  // namespace

std::vector<ToolScript> draw_tools(Chance& chance, bool faults) {
  std::vector<ToolScript> tools;
  if (!chance.yes(0.4)) return tools;
  for (int i = chance.between(1, 4); i > 0; --i) {
    tools.push_back(draw_tool(chance, faults));
    tools.back().tool.name = "t" + std::to_string(i);
  }
  return tools;
}

std::vector<LlmStep> draw_calls(Chance& chance, const std::vector<ToolScript>& tools,
                                bool after_tools) {
  std::vector<LlmStep> steps;
  if (tools.empty() || !chance.yes(after_tools ? 0.25 : 0.4)) return steps;
  for (int i = chance.yes(0.05) ? 40 : chance.between(1, 3); i > 0; --i) {
    LlmStep step;
    step.call.tool = tools[chance.below(tools.size())].tool.name;
    step.call.arguments = "{\"n\":" + std::to_string(chance.between(1, 3)) + "}";
    if (chance.yes(0.05)) step.call.tool = "nothing";
    if (chance.yes(0.05)) step.call.arguments = "{\"n\":";
    if (chance.yes(0.05)) step.call.arguments = "{}";
    if (chance.yes(0.5)) step.call.id = "c" + std::to_string(chance.below(1'000'000));
    if (chance.yes(0.05)) step.call.id = "c";
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace voiceagent::sim
