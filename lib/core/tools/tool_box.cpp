#include "core/tools/tool_box.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/utf8.h"
#include "core/tools/tool_effects.h"

namespace voiceagent {
namespace {

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxDescription = 8 * 1024;
constexpr std::size_t kMaxArguments = 256 * 1024;
constexpr Duration kMaxDeadline = std::chrono::hours(1);
constexpr std::string_view kNoParameters = R"({"type":"object","properties":{}})";

bool is_name(std::string_view name) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  return !name.empty() && name.size() <= kMaxName &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

// All but the schema.
Status check_plain(const Tool& tool) {
  if (tool.handler == nullptr && tool.effect == ToolEffect::kNone) {
    return invalid_argument("it has no handler and no effect, so it does nothing: give it one");
  }
  if (tool.description.size() > kMaxDescription) {
    return invalid_argument("its description has more than 8192 bytes");
  }
  if (!is_valid_utf8(tool.description)) return invalid_argument("its description is not UTF-8");
  if (tool.deadline <= Duration(0) || tool.deadline > kMaxDeadline) {
    return invalid_argument("its deadline must be more than nothing and at most an hour");
  }
  if (tool.filler_delay < Duration(0)) return invalid_argument("its filler_delay is negative");
  if (!is_valid_utf8(tool.filler)) return invalid_argument("its filler is not UTF-8");
  return check_effect(tool);
}

}  // namespace

Result<std::shared_ptr<const ToolBox>> ToolBox::create(std::vector<Tool> tools) {
  if (tools.empty()) return std::shared_ptr<const ToolBox>();
  if (tools.size() > kMaxTools) {
    return invalid_argument("there are " + std::to_string(tools.size()) +
                            " tools; an agent has at most 128");
  }
  for (Tool& tool : tools) {
    if (trim(tool.parameters).empty()) tool.parameters = kNoParameters;
  }
  std::shared_ptr<ToolBox> box(new ToolBox(std::move(tools)));
  for (const Tool& tool : box->tools_) {
    if (!is_name(tool.name)) {
      return invalid_argument("tool '" + escape_control(sanitize_utf8(tool.name)) +
                              "': a name has 1 to 64 of the characters A-Z, a-z, 0-9, _ and -");
    }
    const std::string which = "tool '" + tool.name + "'";
    if (box->find(tool.name) != &tool) {
      return invalid_argument(which + ": there are two of this name; give one another");
    }
    if (Status status = check_plain(tool); !status.ok()) return status.within(which);
    Result<std::shared_ptr<const JsonSchema>> schema = JsonSchema::compile(tool.parameters);
    if (!schema.ok()) return schema.status().within(which + ": parameters");
    box->schemas_.push_back(std::move(*schema));
    box->descriptions_.push_back({tool.name, tool.description, tool.parameters});
  }
  return std::shared_ptr<const ToolBox>(std::move(box));
}

const Tool* ToolBox::find(std::string_view name) const {
  const auto found = std::ranges::find(tools_, name, &Tool::name);
  return found == tools_.end() ? nullptr : &*found;
}

Result<Json> ToolBox::arguments(const Tool& tool, std::string_view text) const {
  if (text.size() > kMaxArguments) {
    return invalid_argument("the arguments have more than 262144 bytes");
  }
  // Some models write nothing at all where there is nothing to say.
  Result<Json> json = Json::parse(trim(text).empty() ? std::string_view("{}") : text);
  if (!json.ok()) return json.status().within("the arguments are no JSON");
  const auto index = static_cast<std::size_t>(&tool - tools_.data());
  if (Status status = schemas_[index]->check(*json); !status.ok()) {
    return status.within("the arguments don't fit the tool's parameters");
  }
  return json;
}

}  // namespace voiceagent
