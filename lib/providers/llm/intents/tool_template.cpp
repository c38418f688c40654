#include "providers/llm/intents/tool_template.h"

#include <charconv>
#include <utility>

#include "base/text.h"

namespace voiceagent::intents {
namespace {

constexpr std::size_t kMaxDigits = 15;

bool is_whole_number(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end && text.size() <= kMaxDigits &&
         std::to_string(number) == text;
}

std::string json_string(std::string_view text) {
  JsonWriter json;
  json.value(text);
  return std::string(json.text());
}

}  // namespace

Result<ToolTemplate> ToolTemplate::parse(const Json& json) {
  if (!json.is_object()) return invalid_argument("\"tool\" must be an object");
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json.key_at(i) == "name" || json.key_at(i) == "arguments") continue;
    return invalid_argument("\"tool\": unknown key \"" + escape_control(json.key_at(i)) +
                            "\"; it has \"name\" and \"arguments\"");
  }
  ToolTemplate tool;
  tool.name_ = json["name"].string();
  if (tool.name_.empty()) return invalid_argument("\"tool\" needs a \"name\", which is a string");
  const Json arguments = json["arguments"];
  if (!arguments.is_null() && !arguments.is_object()) {
    return invalid_argument("\"tool\": \"arguments\" must be an object");
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    Argument argument{std::string(arguments.key_at(i)), {}, arguments.at(i)};
    if (argument.value.is_string() && !argument.value.string().empty()) {
      Result<ReplyTemplate> text = ReplyTemplate::parse(argument.value.string());
      if (!text.ok()) {
        return text.status().within("argument \"" + escape_control(argument.name) + "\"");
      }
      argument.text = std::move(*text);
    }
    tool.arguments_.push_back(std::move(argument));
  }
  return tool;
}

std::set<std::string> ToolTemplate::names() const {
  std::set<std::string> names;
  for (const Argument& argument : arguments_) {
    if (argument.text) names.insert(argument.text->names().begin(), argument.text->names().end());
  }
  return names;
}

std::string ToolTemplate::arguments(std::span<const Filling> fillings) const {
  std::string out;
  for (const Argument& argument : arguments_) {
    std::string value = argument.value.dump();
    if (argument.text) {
      if (!argument.text->can_fill(fillings)) continue;
      const std::string text = argument.text->fill(fillings);
      const bool number = !argument.text->names().empty() && is_whole_number(text);
      value = number ? text : json_string(text);
    }
    out += (out.empty() ? "{" : ",") + json_string(argument.name) + ":" + value;
  }
  return out.empty() ? "{}" : out + "}";
}

}  // namespace voiceagent::intents
