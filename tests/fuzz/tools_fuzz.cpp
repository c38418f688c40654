// Any bytes as a tool's parameters, and any as the arguments of a call: refused with a reason, or
// the arguments that the handler gets are an object that says the same when it is written again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "base/utf8.h"
#include "core/tools/same_json.h"
#include "core/tools/tool_box.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using voiceagent::Json;
using voiceagent::Status;

void demand(bool promise) {
  if (!promise) std::abort();
}

void demand_reason(const Status& status) {
  demand(status.code() == voiceagent::ErrorCode::kInvalidArgument);
  demand(!status.message().empty());
}

}  // namespace

// The parameters, a line break, the arguments.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const std::size_t line = bytes.find('\n');
  voiceagent::Tool tool;
  tool.name = "fuzzed";
  tool.parameters = bytes.substr(0, line);
  tool.handler = [](const std::shared_ptr<voiceagent::ToolReply>&) {};
  const auto box = voiceagent::ToolBox::create({std::move(tool)});
  if (!box.ok()) return demand_reason(box.status()), 0;
  const std::string arguments = line == std::string::npos ? "" : bytes.substr(line + 1);
  const auto json = (*box)->arguments(*(*box)->find("fuzzed"), arguments);
  if (!json.ok()) return demand_reason(json.status()), 0;
  demand(json->is_object());
  const auto again = Json::parse(json->dump());
  demand(again.ok() && voiceagent::same_json(*json, *again));
  return 0;
}
