// The reply to a conversation.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "providers/llm/intents/clock.h"
#include "providers/llm/intents/matcher.h"
#include "voiceagent/llm.h"

namespace voiceagent::intents {

// What was understood, and what is said to it or called for it.
struct Answer {
  Match match;
  bool goes_on = false;  // after a tool: what was understood has been told before
  std::string text;
  std::string tool;       // empty: none
  std::string arguments;  // JSON
};

// Answers the last message of the user's. Everything comes from the arguments: the same messages at
// the same time give the same answer. Replies that use more of what is known come first; those that
// use the same take turns, and the last one isn't said twice in a row. An intent with a tool calls
// it, if it may, and is asked again with its result.
Answer answer(const IntentsFile& file, std::span<const Message> messages, std::int64_t wall_time_ms,
              const MatchOptions& options, UtcOffset offset, bool may_call_tools = true);

}  // namespace voiceagent::intents
