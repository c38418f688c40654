// Handlers that block, on threads where they may.
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "voiceagent/tool.h"

namespace voiceagent {
namespace {

using Function = std::function<Result<std::string>(ToolContext& call)>;

Result<std::string> call(const Function& function, ToolContext& context) {
  try {
    return function(context);
  } catch (const std::exception& error) {
    return internal_error("the tool threw: " + std::string(error.what()));
  } catch (...) {
    return internal_error("the tool threw something that is no exception");
  }
}

}  // namespace

ToolHandler blocking_tool(Function function) {
  auto shared = std::make_shared<const Function>(std::move(function));
  return [shared = std::move(shared)](std::shared_ptr<ToolReply> reply) {
    const Status status = reply->run([shared, reply] {
      if (reply->cancelled()) return;  // it had to wait for a thread for too long
      reply->answer(call(*shared, *reply));
    });
    if (!status.ok()) reply->answer(status);
  };
}

}  // namespace voiceagent
