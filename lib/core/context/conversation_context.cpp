#include "core/context/conversation_context.h"

#include <algorithm>
#include <utility>

namespace voiceagent {

namespace {

constexpr std::string_view kSummary = "Summary of the conversation before: ";

// English runs at about four bytes a token with the tokenisers in use; a message adds its role.
std::size_t tokens_in(std::string_view text) { return text.size() / 4 + 4; }

}  // namespace

ConversationContext::ConversationContext(std::string instructions, const LimitOptions& limits)
    : instructions_(std::move(instructions)),
      max_messages_(std::max<std::size_t>(2, limits.max_history_messages)),
      max_tokens_(limits.max_history_tokens) {}

void ConversationContext::add_user(TurnId turn, std::string_view text) {
  add({Role::kUser, std::string(text), turn, false}, entries_.size());
}

void ConversationContext::set_heard(TurnId turn, std::string_view heard) {
  if (heard.empty()) return;
  if (ContextEntry* reply = reply_of(turn)) {
    tokens_ += tokens_in(heard) - tokens_in(reply->text);
    reply->text.assign(heard);
  } else {
    add({Role::kAssistant, std::string(heard), turn, false}, place_of_reply(turn));
  }
}

void ConversationContext::mark_interrupted(TurnId turn) {
  if (ContextEntry* reply = reply_of(turn)) reply->interrupted = true;
}

std::span<const Message> ConversationContext::messages() {
  messages_.clear();
  if (!instructions_.empty()) messages_.push_back({Role::kSystem, instructions_, false});
  add_summary();
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

// Where the reply of `turn` belongs: after what it answers. A late report may bring its first words
// when newer turns are there already, and a turn that began earlier may have ended later.
std::size_t ConversationContext::place_of_reply(TurnId turn) const {
  for (std::size_t i = entries_.size(); i > 0; --i) {
    if (entries_[i - 1].turn == turn) return i;
  }
  std::size_t place = entries_.size();  // it answers nothing that is still here
  while (place > 0 && entries_[place - 1].turn > turn) --place;
  return place;
}

std::span<const Message> ConversationContext::messages_with(std::string_view text) {
  (void)messages();
  messages_.push_back({Role::kUser, text, false});
  return messages_;
}

void ConversationContext::add(ContextEntry entry, std::size_t place) {
  if (entries_.size() == max_messages_) {
    if (place == 0) return;  // older than all that is kept
    drop_oldest();
    --place;
  }
  tokens_ += tokens_in(entry.text);
  entries_.push_back(std::move(entry));
  for (std::size_t i = entries_.size() - 1; i > place; --i) std::swap(entries_[i - 1], entries_[i]);
  while (tokens_ > max_tokens_ && entries_.size() > 2) drop_oldest();
}

void ConversationContext::add_summary() {
  if (!summary_.empty()) messages_.push_back({Role::kSystem, summary_, false});
}

std::span<const Message> ConversationContext::to_summarise() {
  const bool full = 4 * tokens_ > 3 * max_tokens_ || 4 * entries_.size() > 3 * max_messages_;
  if (!full || summarising_ > 0 || entries_.size() < 4) return {};
  summarising_ = entries_.size() / 2;
  messages_.clear();
  add_summary();
  for (std::size_t i = 0; i < summarising_; ++i) {
    messages_.push_back({entries_[i].role, entries_[i].text, entries_[i].interrupted});
  }
  return messages_;
}

void ConversationContext::summarise(std::string summary) {
  if (!summary.empty()) summary_ = std::string(kSummary) + summary;
  std::size_t left = std::exchange(summarising_, 0);
  if (summary.empty()) return;
  for (; left > 0; --left) drop_oldest();
}

void ConversationContext::drop_oldest() {
  if (summarising_ > 0) --summarising_;
  tokens_ -= tokens_in(entries_[0].text);
  entries_.pop_front();
}

}  // namespace voiceagent
