// The conversation as the model will see it: what the user said, and what the user heard.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ring.h"
#include "voiceagent/agent.h"
#include "voiceagent/events.h"
#include "voiceagent/llm.h"
#include "voiceagent/session.h"

namespace voiceagent {

// The reply that is being made, for the model that goes on with it: its text so far, heard or not,
// and where in it each of its parts begins. The last part is the one that the model is asked for.
struct ReplyInProgress {
  TurnId turn = 0;
  std::string_view text;
  std::span<const std::size_t> parts;
};

class ConversationContext {
 public:
  // Keeps at most limits.max_history_messages, and about limits.max_history_tokens, dropping the
  // oldest; at least two messages. What is being answered with tools stays, with the answer so far,
  // and so do calls that still run: of the results the oldest are shortened instead.
  ConversationContext(std::string instructions, const LimitOptions& limits);

  void add_user(TurnId turn, std::string_view text);
  // The reply of this turn works with tools; 0: none does.
  void set_answering(TurnId turn) { answering_ = turn; }
  // Sets what was heard so far of a part of the agent's reply in `turn`; makes its entry when it is
  // the first that is heard. Nothing heard leaves no entry. A reply has one part, and another one
  // after each round of tools; those before the `last` have their entries, or have left.
  void set_heard(TurnId turn, std::string_view heard, std::size_t part = 0, bool last = true);
  // The reply of `turn` was cut off after what was heard.
  void mark_interrupted(TurnId turn);

  // The part of the reply makes these calls after its text. They are running from now on.
  void add_calls(TurnId turn, std::size_t part, const std::vector<ContextCall>& calls);
  // The call has ended: once; and again if what it was to bring about is taken back.
  void set_result(std::string_view call_id, ToolState state, std::string_view result);

  // The messages for a model: instructions, then the conversation. Valid until the next change.
  std::span<const Message> messages();
  // The same, and then `text`: of the user's, or a note.
  std::span<const Message> messages_with(std::string_view text, Role role = Role::kUser);
  // The same for the model that goes on with a reply after a round of tools.
  std::span<const Message> messages_of(const ReplyInProgress& reply);
  std::vector<ContextEntry> entries() const;

  // The oldest messages, when it is time to replace them by a summary, so that none is lost: half
  // of them, once three quarters of the room are taken. Valid until the next change.
  std::span<const Message> to_summarise();
  // From now on `summary` stands for the messages that to_summarise() gave; empty: there is none.
  void summarise(std::string summary);

 private:
  // A message, with its calls and their results: they come and go together.
  struct Result {
    ToolState state = ToolState::kRunning;
    std::string text;
  };
  struct Entry {
    ContextEntry message;
    std::size_t part = 0;
    std::vector<Result> results{};  // one for each of message.calls
  };

  static std::size_t tokens_of(const Entry& entry);
  Entry* reply_of(TurnId turn, std::size_t part);
  Entry* last_part_of(TurnId turn);
  void make_reply(TurnId turn, std::size_t part, std::string_view heard,
                  const std::vector<ContextCall>& calls);
  std::size_t place_of_reply(TurnId turn) const;
  void add(Entry entry, std::size_t place);
  bool is_answered(const Entry& entry) const {
    return answering_ != 0 && entry.message.turn == answering_;
  }
  bool stays(const Entry& entry) const;
  std::size_t oldest() const;
  std::size_t first_that_stays() const;
  void drop(std::size_t index);
  void grown(std::size_t tokens);
  bool shorten_a_result();
  void begin_entries(std::size_t entries);
  void add_message(const Entry& entry, std::string_view text);

  const std::string instructions_;
  const std::size_t max_messages_;
  const std::size_t max_tokens_;
  TurnId answering_ = 0;
  std::size_t tokens_ = 0;       // of the entries, roughly
  std::string summary_;          // of what was before the entries
  std::size_t summarising_ = 0;  // entries that a summary is being made of
  Ring<Entry> entries_;
  std::vector<Message> messages_;
  std::vector<ToolCall> calls_;  // of messages_
};

}  // namespace voiceagent
