// What tool an intent calls, and with which arguments.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "providers/llm/intents/reply_template.h"
#include "voiceagent/json.h"
#include "voiceagent/status.h"

namespace voiceagent::intents {

class ToolTemplate {
 public:
  // Reads {"name": "weather", "arguments": {"city": "{city}", "days": 1}}. Strings are templates,
  // as replies are; anything else is as it is. The error says what is wrong.
  static Result<ToolTemplate> parse(const Json& json);

  const std::string& name() const { return name_; }
  // The slots, and other placeholders, in the arguments.
  std::set<std::string> names() const;
  // The arguments as JSON. Those that need what was not said are left out. A value that is nothing
  // but a slot with a whole number is one.
  std::string arguments(std::span<const Filling> fillings) const;

 private:
  struct Argument {
    std::string name;
    std::optional<ReplyTemplate> text;
    Json value;  // without a text
  };
  std::string name_;
  std::vector<Argument> arguments_;
};

}  // namespace voiceagent::intents
