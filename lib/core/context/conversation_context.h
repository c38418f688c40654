// The conversation as the model will see it: what the user said, and what the user heard.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/ring.h"
#include "voiceagent/agent.h"
#include "voiceagent/events.h"
#include "voiceagent/llm.h"
#include "voiceagent/session.h"

namespace voiceagent {

class ConversationContext {
 public:
  // Keeps at most limits.max_history_messages, and about limits.max_history_tokens, dropping the
  // oldest; at least two messages.
  ConversationContext(std::string instructions, const LimitOptions& limits);

  void add_user(TurnId turn, std::string_view text);
  // Sets what was heard so far of the agent's reply in `turn`; makes its entry when it is the first
  // that is heard. Nothing heard leaves no entry.
  void set_heard(TurnId turn, std::string_view heard);
  // The reply of `turn` was cut off after what was heard.
  void mark_interrupted(TurnId turn);

  // The messages for a model: instructions, then the conversation. Valid until the next change.
  std::span<const Message> messages();
  // The same, and then `text` of the user's.
  std::span<const Message> messages_with(std::string_view text);
  std::vector<ContextEntry> entries() const;

  // The oldest messages, when it is time to replace them by a summary, so that none is lost: half
  // of them, once three quarters of the room are taken. Valid until the next change.
  std::span<const Message> to_summarise();
  // From now on `summary` stands for the messages that to_summarise() gave; empty: there is none.
  void summarise(std::string summary);

 private:
  ContextEntry* reply_of(TurnId turn);
  std::size_t place_of_reply(TurnId turn) const;
  void add(ContextEntry entry, std::size_t place);
  void drop_oldest();
  void add_summary();

  const std::string instructions_;
  const std::size_t max_messages_;
  const std::size_t max_tokens_;
  std::size_t tokens_ = 0;       // of the entries, roughly
  std::string summary_;          // of what was before the entries
  std::size_t summarising_ = 0;  // entries that a summary is being made of
  Ring<ContextEntry> entries_;
  std::vector<Message> messages_;
};

}  // namespace voiceagent
