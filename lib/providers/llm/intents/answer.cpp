#include "providers/llm/intents/answer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "voiceagent/json.h"

namespace voiceagent::intents {
namespace {

// The text of the last message of that role that has one, or empty.
std::string_view last_of(std::span<const Message> messages, Role role) {
  const auto it = std::find_if(messages.rbegin(), messages.rend(), [&](const Message& message) {
    return message.role == role && !message.text.empty();
  });
  return it == messages.rend() ? std::string_view() : it->text;
}

std::vector<Filling> fillings_for(const Match& match, std::string_view heard,
                                  std::string_view last_reply, const ClockWords& clock) {
  std::vector<Filling> out{{kTime, clock.time},
                           {kTime24, clock.time_24h},
                           {kDate, clock.date},
                           {kWeekday, clock.weekday},
                           {kHeard, sanitize_utf8(heard)}};
  if (!last_reply.empty()) out.push_back({kLastReply, sanitize_utf8(last_reply)});
  for (const MatchedSlot& slot : match.slots) out.push_back({slot.name, sanitize_utf8(slot.value)});
  return out;
}

// Whether the last thing that happened is that a tool has a result: at once, or long after the
// reply that had called it, and then the agent is to speak of it.
bool has_news(std::span<const Message> messages) {
  if (messages.size() < 2) return false;
  const Role last = messages.back().role;
  const auto tool = [](const Message& message) { return message.role == Role::kTool; };
  return last == Role::kTool || (last == Role::kSystem && std::ranges::any_of(messages, tool));
}

// The intent that calls the tool whose result came last, or null.
const IntentDefinition* caller_of_last(const IntentsFile& file, std::span<const Message> messages) {
  const auto result = std::find_if(messages.rbegin(), messages.rend(), [](const Message& message) {
    return message.role == Role::kTool;
  });
  for (const Message& message : messages) {
    for (const ToolCall& call : message.tool_calls) {
      if (result == messages.rend() || call.id != result->tool_call_id) continue;
      const auto intent = std::ranges::find_if(file.intents, [&](const IntentDefinition& one) {
        return one.tool && one.tool->name() == call.name;
      });
      return intent == file.intents.end() ? nullptr : &*intent;
    }
  }
  return nullptr;
}

// Whether the engine says that there is no result.
bool is_failure(std::string_view result) {
  const Result<Json> json = Json::parse(result);
  return json.ok() && json->is_object() && json->has("state") && json->has("error");
}

// The replies that can be given and use the most placeholders.
std::vector<const ReplyTemplate*> best_replies(const std::vector<ReplyTemplate>& replies,
                                               std::span<const Filling> fillings) {
  std::vector<const ReplyTemplate*> out;
  for (const ReplyTemplate& reply : replies) {
    if (!reply.can_fill(fillings)) continue;
    if (!out.empty() && reply.names().size() > out.front()->names().size()) out.clear();
    if (out.empty() || reply.names().size() == out.front()->names().size()) out.push_back(&reply);
  }
  return out;
}

// One after the other, by the user's turns; never the one that was said last, if there is another.
std::string choose(const std::vector<const ReplyTemplate*>& replies,
                   std::span<const Filling> fillings, std::span<const Message> messages,
                   std::string_view last_reply) {
  const auto turns = static_cast<std::size_t>(
      std::count_if(messages.begin(), messages.end(),
                    [](const Message& message) { return message.role == Role::kUser; }));
  const std::size_t first = (turns + replies.size() - 1) % replies.size();
  std::string text = replies[first]->fill(fillings);
  if (text == last_reply) text = replies[(first + 1) % replies.size()]->fill(fillings);
  return text;
}

}  // namespace

Answer answer(const IntentsFile& file, std::span<const Message> messages, std::int64_t wall_time_ms,
              const MatchOptions& options, UtcOffset offset, bool may_call_tools) {
  const std::string_view heard = last_of(messages, Role::kUser);
  const std::string_view last_reply = last_of(messages, Role::kAssistant);
  Answer out;
  out.match = match(file, heard, options);
  out.goes_on = has_news(messages);
  std::vector<Filling> fillings =
      fillings_for(out.match, heard, last_reply, clock_words(wall_time_ms, offset));
  const IntentDefinition* intent = out.match.intent;
  if (out.goes_on) intent = caller_of_last(file, messages);
  if (intent == nullptr) {
    out.text =
        choose(best_replies(file.did_not_understand, fillings), fillings, messages, last_reply);
    return out;
  }
  if (intent->tool && !out.goes_on && may_call_tools) {
    out.tool = intent->tool->name();
    out.arguments = intent->tool->arguments(fillings);
    return out;
  }
  const std::string_view result = last_of(messages, Role::kTool);
  const bool failed = intent->tool && (!out.goes_on || is_failure(result));
  if (intent->tool) fillings.push_back({kResult, sanitize_utf8(result)});
  const std::vector<const ReplyTemplate*> replies =
      best_replies(failed ? intent->failed : intent->replies, fillings);
  // Of a tool that ends long after it was called, the slots are not known any more.
  out.text =
      replies.empty() ? std::string(result) : choose(replies, fillings, messages, last_reply);
  return out;
}

}  // namespace voiceagent::intents
