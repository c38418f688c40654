// The conversation as the model will see it: what the user said, and what the user heard.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/ring.h"
#include "voiceagent/events.h"
#include "voiceagent/llm.h"
#include "voiceagent/session.h"

namespace voiceagent {

class ConversationContext {
 public:
  // Keeps at most `max_messages`, dropping the oldest; at least two.
  ConversationContext(std::string instructions, std::size_t max_messages);

  void add_user(TurnId turn, std::string_view text);
  // Sets what was heard so far of the agent's reply in `turn`; makes its entry when it is the first
  // that is heard. Nothing heard leaves no entry.
  void set_heard(TurnId turn, std::string_view heard);
  // The reply of `turn` was cut off after what was heard.
  void mark_interrupted(TurnId turn);

  // The messages for a model: instructions, then the conversation. Valid until the next change.
  std::span<const Message> messages();
  std::vector<ContextEntry> entries() const;

 private:
  ContextEntry* reply_of(TurnId turn);
  std::size_t place_of_reply(TurnId turn) const;
  void add(ContextEntry entry, std::size_t place);

  const std::string instructions_;
  const std::size_t max_messages_;
  Ring<ContextEntry> entries_;
  std::vector<Message> messages_;
};

}  // namespace voiceagent
