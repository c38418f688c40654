#include "core/context/conversation_context.h"

#include <algorithm>
#include <utility>

namespace voiceagent {

ConversationContext::ConversationContext(std::string instructions, std::size_t max_messages)
    : instructions_(std::move(instructions)),
      max_messages_(std::max<std::size_t>(2, max_messages)) {}

void ConversationContext::add_user(TurnId turn, std::string_view text) {
  add({Role::kUser, std::string(text), turn, false});
}

void ConversationContext::set_heard(TurnId turn, std::string_view heard) {
  if (heard.empty()) return;
  if (ContextEntry* reply = reply_of(turn)) {
    reply->text.assign(heard);
  } else {
    add({Role::kAssistant, std::string(heard), turn, false});
  }
}

void ConversationContext::mark_interrupted(TurnId turn) {
  if (ContextEntry* reply = reply_of(turn)) reply->interrupted = true;
}

std::span<const Message> ConversationContext::messages() {
  messages_.clear();
  if (!instructions_.empty()) messages_.push_back({Role::kSystem, instructions_, false});
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    messages_.push_back({entries_[i].role, entries_[i].text, entries_[i].interrupted});
  }
  return messages_;
}

std::vector<ContextEntry> ConversationContext::entries() const {
  std::vector<ContextEntry> all;
  all.reserve(entries_.size());
  for (std::size_t i = 0; i < entries_.size(); ++i) all.push_back(entries_[i]);
  return all;
}

// Looks from the newest back: a reply is among the last few entries.
ContextEntry* ConversationContext::reply_of(TurnId turn) {
  for (std::size_t i = entries_.size(); i-- > 0 && entries_[i].turn + 8 > turn;) {
    if (entries_[i].turn == turn && entries_[i].role == Role::kAssistant) return &entries_[i];
  }
  return nullptr;
}

void ConversationContext::add(ContextEntry entry) {
  if (entries_.size() == max_messages_) entries_.pop_front();
  entries_.push_back(std::move(entry));
  // A late report may bring a reply's first words after the next turn has begun.
  for (std::size_t i = entries_.size() - 1; i > 0 && entries_[i - 1].turn > entries_[i].turn; --i) {
    std::swap(entries_[i - 1], entries_[i]);
  }
}

}  // namespace voiceagent
