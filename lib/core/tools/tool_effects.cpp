#include "core/tools/tool_effects.h"

namespace voiceagent {
namespace {

// The argument that has the effect's value, if it has one.
std::string_view argument_of(ToolEffect effect) {
  if (effect == ToolEffect::kTransfer) return "target";
  return effect == ToolEffect::kChangeMode ? "mode" : "";
}

}  // namespace

std::optional<Mode> mode_of(std::string_view name) {
  for (const Mode mode :
       {Mode::kVoiceToVoice, Mode::kVoiceToText, Mode::kTextToVoice, Mode::kTextToText}) {
    if (to_string(mode) == name) return mode;
  }
  return std::nullopt;
}

Status check_effect(const Tool& tool) {
  const std::string_view argument = argument_of(tool.effect);
  if (argument.empty()) return Status::success();
  if (tool.effect_value.empty()) {
    const Result<Json> schema = Json::parse(tool.parameters);
    if (!schema.ok() || (*schema)["properties"].has(argument)) return Status::success();
    return invalid_argument("its effect '" + std::string(to_string(tool.effect)) +
                            "' needs an effect_value, or a parameter '" + std::string(argument) +
                            "'");
  }
  if (tool.effect == ToolEffect::kChangeMode && !mode_of(tool.effect_value)) {
    return invalid_argument("its effect_value '" + tool.effect_value +
                            "' is no mode: use voice_to_voice, voice_to_text, text_to_voice or "
                            "text_to_text");
  }
  return Status::success();
}

std::string effect_value(const Tool& tool, const Json& arguments) {
  if (!tool.effect_value.empty()) return tool.effect_value;
  return std::string(arguments[argument_of(tool.effect)].string());
}

}  // namespace voiceagent
