#include <memory>
#include <stdexcept>
#include <utility>

#include "sim/chance.h"
#include "voiceagent/sim.h"

namespace voiceagent::sim {
namespace {

using Reply = std::shared_ptr<ToolReply>;

// What a tool shares with its calls.
struct Shop {
  ToolScript script;
  std::weak_ptr<Executor> executor;
  std::vector<Reply> kept;  // never to be answered
};

void answer(const ToolScript& script, const Reply& reply) {
  switch (script.way) {
    case ToolScript::Way::kAnswer: return reply->answer(script.result);
    case ToolScript::Way::kFail: return reply->answer(unavailable(script.result));
    case ToolScript::Way::kTwice:
      reply->answer(script.result);
      return reply->answer(script.result + ", again");
    default: return;  // dropped
  }
}

void serve(const std::shared_ptr<Shop>& shop, const Reply& reply) {
  const ToolScript& script = shop->script;
  const std::shared_ptr<Executor> executor = shop->executor.lock();
  if (executor == nullptr) return;
  if (script.way == ToolScript::Way::kThrow) throw std::runtime_error(script.result);
  for (const ToolScript::Report& report : script.reports) {
    executor->post_after(report.after,
                         [reply, report] { reply->progress(report.text, report.how); });
  }
  if (script.way == ToolScript::Way::kNever) return shop->kept.push_back(reply);
  Chance chance(script.seed, reply->number());
  executor->post_after(chance.draw(script.latency), [shop, reply] { answer(shop->script, reply); });
}

}  // namespace

Tool scripted_tool(ToolScript script, const std::shared_ptr<Executor>& executor) {
  Tool tool = script.tool;
  const auto shop = std::make_shared<Shop>(Shop{std::move(script), executor, {}});
  tool.handler = [shop](const Reply& reply) { serve(shop, reply); };
  return tool;
}

}  // namespace voiceagent::sim
