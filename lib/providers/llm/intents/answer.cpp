#include "providers/llm/intents/answer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/utf8.h"

namespace voiceagent::intents {
namespace {

// The text of the last message of that role, or empty.
std::string_view last_of(std::span<const Message> messages, Role role) {
  const auto it = std::find_if(messages.rbegin(), messages.rend(),
                               [&](const Message& message) { return message.role == role; });
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
              const MatchOptions& options, UtcOffset offset) {
  const std::string_view heard = last_of(messages, Role::kUser);
  const std::string_view last_reply = last_of(messages, Role::kAssistant);
  Answer out;
  out.match = match(file, heard, options);
  const std::vector<Filling> fillings =
      fillings_for(out.match, heard, last_reply, clock_words(wall_time_ms, offset));
  const std::vector<ReplyTemplate>& replies =
      out.match.intent != nullptr ? out.match.intent->replies : file.did_not_understand;
  out.text = choose(best_replies(replies, fillings), fillings, messages, last_reply);
  return out;
}

}  // namespace voiceagent::intents
