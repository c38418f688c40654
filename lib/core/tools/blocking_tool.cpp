#include "core/tools/call_handler.h"

#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace voiceagent {
namespace {

using Function = std::function<Result<std::string>(ToolContext& call)>;

// What is being thrown, as an error. REQUIRES: inside a handler of exceptions.
Status thrown() {
  try {
    throw;
  } catch (const std::exception& error) {
    return internal_error("the tool threw: " + std::string(error.what()));
  } catch (...) {
    return internal_error("the tool threw something that is no exception");
  }
}

}  // namespace

void call_handler(const ToolHandler& handler, const std::shared_ptr<ToolReply>& reply) {
  try {
    handler(reply);
  } catch (...) {
    reply->answer(thrown());
  }
}

void call_work(Task& work, ToolReply& reply) {
  try {
    work();
  } catch (...) {
    reply.answer(thrown());
  }
}

Status dropped_call() { return internal_error("the tool dropped the call without an answer"); }

ToolHandler blocking_tool(Function function) {
  auto shared = std::make_shared<const Function>(std::move(function));
  return [shared = std::move(shared)](std::shared_ptr<ToolReply> reply) {
    const Status status = reply->run([shared, reply] {
      if (reply->cancelled()) return;  // it had to wait for a thread for too long
      reply->answer((*shared)(*reply));
    });
    if (!status.ok()) reply->answer(status);
  };
}

}  // namespace voiceagent
