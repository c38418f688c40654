#include "core/context/conversation_context.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "core/tools/tool_result.h"

namespace voiceagent {

namespace {

constexpr std::size_t kShortResult = 1024;  // bytes: of one that there is no more room for
constexpr std::size_t kMostThatStay = 64;   // messages, beyond those that there is room for
constexpr std::string_view kSummary = "Summary of the conversation before: ";

// English runs at about four bytes a token with the tokenisers in use; a message adds its role.
std::size_t tokens_in(std::string_view text) { return text.size() / 4 + 4; }

}  // namespace

ConversationContext::ConversationContext(std::string instructions, const LimitOptions& limits)
    : instructions_(std::move(instructions)),
      max_messages_(std::max<std::size_t>(2, limits.max_history_messages)),
      max_tokens_(limits.max_history_tokens) {}

void ConversationContext::add_user(TurnId turn, std::string_view text) {
  add({{Role::kUser, std::string(text), turn, false}}, entries_.size());
}

void ConversationContext::set_heard(TurnId turn, std::string_view heard, std::size_t part,
                                    bool last) {
  if (heard.empty()) return;
  Entry* reply = reply_of(turn, part);
  if (reply == nullptr) {
    if (last) make_reply(turn, part, heard, {});
    return;
  }
  const std::size_t before = tokens_in(reply->message.text);
  reply->message.text.assign(heard);
  tokens_ += tokens_in(heard) - before;
}

void ConversationContext::mark_interrupted(TurnId turn) {
  if (Entry* reply = last_part_of(turn)) reply->message.interrupted = true;
}

void ConversationContext::add_calls(TurnId turn, std::size_t part,
                                    const std::vector<ContextCall>& calls) {
  Entry* reply = reply_of(turn, part);
  if (reply == nullptr) return make_reply(turn, part, {}, calls);
  const std::size_t before = tokens_of(*reply);
  reply->message.calls = calls;
  reply->results.resize(calls.size());
  grown(tokens_of(*reply) - before);
}

void ConversationContext::set_result(std::string_view call_id, ToolState state,
                                     std::string_view result) {
  for (std::size_t i = entries_.size(); i-- > 0;) {
    Entry& entry = entries_[i];
    const auto call = std::ranges::find(entry.message.calls, call_id, &ContextCall::id);
    if (call == entry.message.calls.end()) continue;
    const std::size_t before = tokens_of(entry);
    Result& its = entry.results[static_cast<std::size_t>(call - entry.message.calls.begin())];
    its.state = state;
    its.text.assign(result);
    return grown(tokens_of(entry) - before);
  }
}

std::span<const Message> ConversationContext::messages() {
  messages_.clear();
  if (!instructions_.empty()) messages_.push_back({Role::kSystem, instructions_, false});
  begin_entries(entries_.size());
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    add_message(entries_[i], entries_[i].message.text);
  }
  return messages_;
}

std::span<const Message> ConversationContext::messages_with(std::string_view text, Role role) {
  (void)messages();
  messages_.push_back({role, text, false});
  return messages_;
}

std::span<const Message> ConversationContext::messages_of(const ReplyInProgress& reply) {
  const auto its = [&](const Entry& entry) {
    return entry.message.role == Role::kAssistant && entry.message.turn == reply.turn;
  };
  // What the user has said since is answered by another reply.
  std::size_t end = entries_.size();
  while (end > 0 && !its(entries_[end - 1])) --end;
  if (end == 0) end = entries_.size();  // its beginning has left the history
  messages_.clear();
  if (!instructions_.empty()) messages_.push_back({Role::kSystem, instructions_, false});
  begin_entries(end);
  for (std::size_t i = 0; i < end; ++i) {
    const Entry& entry = entries_[i];
    if (!its(entry)) {
      add_message(entry, entry.message.text);
    } else if (entry.part + 1 < reply.parts.size()) {  // else it is what is being asked for
      const std::size_t begin = reply.parts[entry.part];
      add_message(entry, trim(reply.text.substr(begin, reply.parts[entry.part + 1] - begin)));
    }
  }
  return messages_;
}

std::vector<ContextEntry> ConversationContext::entries() const {
  std::vector<ContextEntry> all;
  all.reserve(entries_.size());
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    all.push_back(entry.message);
    for (std::size_t call = 0; call < entry.results.size(); ++call) {
      const Result& result = entry.results[call];
      const std::string& id = entry.message.calls[call].id;
      all.push_back({Role::kTool, result.text, entry.message.turn, false, {}, id, result.state});
    }
  }
  return all;
}

// The summary, and room for so many entries.
void ConversationContext::begin_entries(std::size_t entries) {
  if (!summary_.empty()) messages_.push_back({Role::kSystem, summary_, false});
  std::size_t calls = 0;
  for (std::size_t i = 0; i < entries; ++i) calls += entries_[i].message.calls.size();
  calls_.clear();
  calls_.reserve(calls);  // messages look at them: they must not move
}

void ConversationContext::add_message(const Entry& entry, std::string_view text) {
  const std::size_t first = calls_.size();
  for (const ContextCall& call : entry.message.calls) {
    calls_.push_back({call.id, call.tool, call.arguments});
  }
  const std::span<const ToolCall> calls = std::span<const ToolCall>(calls_).subspan(first);
  messages_.push_back({entry.message.role, text, entry.message.interrupted, calls, {}});
  for (std::size_t i = 0; i < entry.results.size(); ++i) {
    const Result& result = entry.results[i];
    const bool running = result.state == ToolState::kRunning;
    messages_.push_back({Role::kTool,
                         running ? running_text() : std::string_view(result.text),
                         false,
                         {},
                         entry.message.calls[i].id});
  }
}

// Looks from the newest back: a reply is among the last few entries.
ConversationContext::Entry* ConversationContext::reply_of(TurnId turn, std::size_t part) {
  for (std::size_t i = entries_.size(); i-- > 0 && entries_[i].message.turn + 8 > turn;) {
    const ContextEntry& message = entries_[i].message;
    if (message.turn != turn || message.role != Role::kAssistant) continue;
    if (entries_[i].part == part) return &entries_[i];
  }
  return nullptr;
}

ConversationContext::Entry* ConversationContext::last_part_of(TurnId turn) {
  for (std::size_t i = entries_.size(); i-- > 0 && entries_[i].message.turn + 8 > turn;) {
    const ContextEntry& message = entries_[i].message;
    if (message.turn == turn && message.role == Role::kAssistant) return &entries_[i];
  }
  return nullptr;
}

// Where the reply of `turn` belongs: after what it answers. A late report may bring its first words
// when newer turns are there already, and a turn that began earlier may have ended later.
std::size_t ConversationContext::place_of_reply(TurnId turn) const {
  for (std::size_t i = entries_.size(); i > 0; --i) {
    if (entries_[i - 1].message.turn == turn) return i;
  }
  std::size_t place = entries_.size();  // it answers nothing that is still here
  while (place > 0 && entries_[place - 1].message.turn > turn) --place;
  return place;
}

void ConversationContext::make_reply(TurnId turn, std::size_t part, std::string_view heard,
                                     const std::vector<ContextCall>& calls) {
  Entry entry;
  entry.message = {Role::kAssistant, std::string(heard), turn, false, calls};
  entry.part = part;
  entry.results.resize(calls.size());
  add(std::move(entry), place_of_reply(turn));
}

void ConversationContext::add(Entry entry, std::size_t place) {
  while (entries_.size() >= max_messages_) {
    const std::size_t leaves = oldest();
    if (leaves == entries_.size()) break;
    if (place == 0 && !stays(entry)) return;  // older than all that is kept
    drop(leaves);
    if (leaves < place) --place;
  }
  const std::size_t tokens = tokens_of(entry);
  entries_.push_back(std::move(entry));
  for (std::size_t i = entries_.size() - 1; i > place; --i) std::swap(entries_[i - 1], entries_[i]);
  grown(tokens);
}

void ConversationContext::grown(std::size_t tokens) {
  tokens_ += tokens;
  while (tokens_ > max_tokens_) {
    const std::size_t leaves = entries_.size() > 2 ? oldest() : entries_.size();
    if (leaves < entries_.size()) {
      drop(leaves);
    } else if (!shorten_a_result()) {
      return;
    }
  }
}

// Of a call that is being made the model must learn how it ended, or it makes it again.
bool ConversationContext::stays(const Entry& entry) const {
  return is_answered(entry) || std::ranges::any_of(entry.results, [](const Result& result) {
           return result.state == ToolState::kRunning;
         });
}

// The oldest entry that may leave; as many as there are: none may. Nothing leaves that was said
// since what is being answered: that has not been answered at all.
std::size_t ConversationContext::oldest() const {
  if (entries_.size() >= max_messages_ + kMostThatStay) return 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!stays(entries_[i])) return i;
    if (is_answered(entries_[i])) break;
  }
  return entries_.size();
}

std::size_t ConversationContext::first_that_stays() const {
  std::size_t i = 0;
  while (i < entries_.size() && !stays(entries_[i])) ++i;
  return i;
}

void ConversationContext::drop(std::size_t index) {
  if (index < summarising_) --summarising_;
  tokens_ -= tokens_of(entries_[index]);
  for (; index > 0; --index) std::swap(entries_[index], entries_[index - 1]);
  entries_.pop_front();
}

// The oldest one that is long. False: there is none.
bool ConversationContext::shorten_a_result() {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    for (Result& result : entries_[i].results) {
      if (result.text.size() <= kShortResult) continue;
      const std::size_t before = tokens_in(result.text);
      result.text = result_text(result.text, kShortResult);
      tokens_ += tokens_in(result.text) - before;
      return true;
    }
  }
  return false;
}

std::size_t ConversationContext::tokens_of(const Entry& entry) {
  std::size_t tokens = tokens_in(entry.message.text);
  for (const ContextCall& call : entry.message.calls) {
    tokens += tokens_in(call.tool) + tokens_in(call.arguments);
  }
  for (const Result& result : entry.results) tokens += tokens_in(result.text);
  return tokens;
}

std::span<const Message> ConversationContext::to_summarise() {
  const bool full = 4 * tokens_ > 3 * max_tokens_ || 4 * entries_.size() > 3 * max_messages_;
  if (!full || summarising_ > 0 || entries_.size() < 4) return {};
  summarising_ = std::min(entries_.size() / 2, first_that_stays());
  if (summarising_ < 2) {
    summarising_ = 0;
    return {};
  }
  messages_.clear();
  begin_entries(summarising_);
  for (std::size_t i = 0; i < summarising_; ++i) {
    add_message(entries_[i], entries_[i].message.text);
  }
  return messages_;
}

void ConversationContext::summarise(std::string summary) {
  if (!summary.empty()) summary_ = std::string(kSummary) + summary;
  const std::size_t left = std::exchange(summarising_, 0);
  if (summary.empty()) return;
  for (std::size_t i = left; i-- > 0;) {
    if (!stays(entries_[i])) drop(i);  // else it is being answered by now
  }
}

}  // namespace voiceagent
