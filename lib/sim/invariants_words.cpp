// Whose words turn up where: in the turns, in the context, in the model's requests.
#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "sim/invariants.h"
#include "sim/random_words.h"

namespace voiceagent::sim {
namespace {

// Text that a fault may have put into another order, or bytes between.
bool scrambled(const Faults& faults) { return faults.out_of_order > 0 || faults.invalid_utf8 > 0; }

// Whether any of the recognisers may say its words twice, or in another order.
bool repeats_words(const RandomPlan& plan) {
  const auto repeats = [](const SttScript& stt) {
    return stt.faults.duplicate > 0 || scrambled(stt.faults);
  };
  return repeats(plan.stt) || std::ranges::any_of(plan.stt_fallbacks, repeats);
}

// Letters and digits: what a partial and a final transcript of the same words have in common.
std::string essence(std::string_view text) {
  std::string rest;
  for (const char c : text) {
    const bool kept = (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
    if (kept) rest += to_lower(c);
  }
  return rest;
}

}  // namespace

// Whether the oldest messages may have left.
bool Invariants::may_forget(const std::vector<ContextEntry>& context) const {
  if (summarised_) return true;
  const LimitOptions& limits = plan_.agent.limits;
  const auto messages = static_cast<std::size_t>(std::ranges::count_if(
      context, [](const ContextEntry& entry) { return entry.role != Role::kTool; }));
  return messages >= limits.max_history_messages || limits.max_history_tokens < 1000;
}

// Nothing when it was too long ago.
std::optional<std::string> Invariants::remembered(const std::vector<ContextEntry>& context,
                                                  TurnId turn) const {
  const bool forgets = may_forget(context);
  if (forgets && (context.empty() || turn <= context.front().turn)) return {};
  std::string all;  // its parts, with tools between them
  for (const ContextEntry& entry : context) {
    if (entry.role != Role::kAssistant || entry.turn != turn) continue;
    if (!all.empty() && !entry.text.empty()) all += ' ';
    all += entry.text;
  }
  if (all.empty() && forgets) return {};
  return all;
}

// The user's messages are the turns that were answered, in order; the oldest may have left.
void Invariants::check_context(const std::vector<ContextEntry>& context) {
  std::vector<const ContextEntry*> user;
  std::set<TurnId> replies;  // whose last part has come
  for (const ContextEntry& entry : context) {
    if (entry.role == Role::kUser) user.push_back(&entry);
    if (entry.role != Role::kAssistant) continue;
    if (replies.contains(entry.turn)) {
      add("a reply is remembered once", "turn " + std::to_string(entry.turn));
    }
    if (entry.calls.empty()) replies.insert(entry.turn);
  }
  const std::vector<TurnId>& answered = story_.answered();
  const bool full = may_forget(context);
  if (user.size() > answered.size() || (user.size() < answered.size() && !full)) {
    return add("every turn is remembered",
               std::to_string(user.size()) + " of " + std::to_string(answered.size()));
  }
  for (std::size_t i = 0; i < user.size(); ++i) {
    const TurnId id = answered[answered.size() - user.size() + i];
    if (user[i]->turn == id && user[i]->text == story_.turn(id).text) continue;
    add("the user's turns are remembered as they were, in order",
        "'" + user[i]->text + "' where turn " + std::to_string(id) + " was '" +
            story_.turn(id).text + "'");
  }
}

// A reply is of one request, which asked for an answer to that very turn, and of those that went on
// with it after tools.
void Invariants::check_replies(bool forgets) {
  std::map<std::uint32_t, TurnId> turn_of;
  for (const auto& [id, turn] : story_.turns()) {
    std::vector<std::uint32_t> requests;  // as their words come
    std::uint32_t next = 0;
    const std::vector<std::string_view> words = split_words(turn.said);
    const bool cut = !turn.done || turn.said.size() >= plan_.agent.limits.max_reply_bytes;
    for (const std::string_view& text : words) {
      const auto word = read_word(text);
      if (!word || word->voice != Voice::kReply) continue;
      if (requests.empty() || requests.back() != word->number) {
        requests.push_back(word->number);
        next = 0;
      }
      const bool may_be_cut = cut && &text == &words.back();
      const bool whole = !plan_.chain;  // else the rest may be another model's
      if (word->part != next++ && whole && !scrambled(plan_.llm.faults) && !may_be_cut) {
        add("a reply's words come in order", "turn " + std::to_string(id) + ": " + turn.said);
      }
    }
    const bool apology = turn.said == plan_.agent.resilience.apology;
    if (!apology && turn.said.size() > plan_.agent.limits.max_reply_bytes) {
      add("a reply has its limit", std::to_string(turn.said.size()) + " bytes");
    }
    if (plan_.chain) continue;  // the rest of a reply may be another model's
    for (const std::uint32_t request : requests) {
      const auto [known, fresh] = turn_of.emplace(request, id);
      const ReplyRequest& record = records_.requests[request];
      // Of a reply whose beginning has left the history the model sees only what came later.
      const bool goes_on = record.role == Role::kTool || (forgets && !story_.calls().empty());
      if (!fresh || (request != requests.front() && !goes_on)) {
        add("a reply belongs to one turn", "turn " + std::to_string(id) + ": " + turn.said);
        break;
      }
      // Of its own accord, about what came of a tool.
      const bool told = record.role == Role::kSystem && !turn.ended;
      if (!goes_on && !told && essence(record.asked) != essence(turn.text)) {
        add("a reply answers what was said", "turn " + std::to_string(id) + " was '" + turn.text +
                                                 "', asked was '" + record.asked + "'");
      }
    }
  }
}

// Words that were said come once, in order; words that could be understood come.
void Invariants::check_user_words(const std::vector<Utterance>& utterances) {
  std::set<std::uint32_t> understood;
  std::uint32_t last = 0;
  const bool doubled = repeats_words(plan_);
  for (const auto& [id, turn] : story_.turns()) {
    for (const std::string_view text : split_words(turn.ended ? turn.text : turn.words)) {
      const auto word = read_word(text);
      if (!word || word->voice != Voice::kUser) continue;
      if (word->number <= last && !doubled) {
        add("the user's words come once and in order",
            "k" + std::to_string(word->number) + " in turn " + std::to_string(id));
      }
      last = std::max(last, word->number);
      understood.insert(word->number);
    }
  }
  Duration cut_off = story_.now() - std::chrono::seconds(6);
  const auto open = story_.turns().find(story_.user_turn());
  if (open != story_.turns().end()) cut_off = std::min(cut_off, open->second.began);
  for (const Utterance& utterance : utterances) {
    if (utterance.end > cut_off || !plan_.hears_all) continue;
    for (std::uint32_t i = 0; i < utterance.count; ++i) {
      if (understood.contains(utterance.first + i)) continue;
      add("what the user says is heard", "k" + std::to_string(utterance.first + i));
    }
  }
}

// Words are understood, or those before them are answered, or an error says that they were not.
void Invariants::check_told(const std::vector<Utterance>& utterances) {
  const auto loses_words = [](const SttScript& stt) {
    return stt.word_errors > 0 || scrambled(stt.faults);
  };
  if (loses_words(plan_.stt) || std::ranges::any_of(plan_.stt_fallbacks, loses_words)) return;
  const Duration late = plan_.agent.limits.final_timeout + std::chrono::seconds(5);
  constexpr Duration kPause{2'500'000'000};  // who goes on after so long is in another turn
  constexpr Duration kBreath{100'000'000};   // ... and before that, of the same voice
  Duration end{0};                           // of the turn
  for (auto it = utterances.rbegin(); it != utterances.rend(); ++it) {
    const Utterance& utterance = *it;
    const bool goes_on = it != utterances.rbegin() && std::prev(it)->begin < utterance.end + kPause;
    if (!goes_on) end = utterance.end;
    if (end + late > story_.now()) continue;
    const auto sign = std::ranges::lower_bound(signs_, utterance.begin);
    if (sign != signs_.end() && *sign <= end + late) continue;
    // A voice at which the recogniser has failed isn't listened to before it ends.
    auto first = it;
    while (std::next(first) != utterances.rend() &&
           first->begin < std::next(first)->end + kBreath) {
      ++first;
    }
    const auto failure = std::ranges::lower_bound(deaf_, first->begin);
    if (failure != deaf_.end() && *failure <= utterance.end) continue;
    add("what is not understood is told", "k" + std::to_string(utterance.first));
  }
}

// Nothing goes on behind the session's back, and nothing piles up.
void Invariants::check_providers() {
  for (std::size_t i = 0; i < records_.requests.size(); ++i) {
    const ReplyRequest& request = records_.requests[i];
    if (!request.refused && !request.gone) {
      add("every request ends", "request " + std::to_string(i));
    }
    // For the rest of a reply its beginning is sent too; a summary stands before the history.
    std::size_t most =
        plan_.agent.limits.max_history_messages + (plan_.chain ? 3 : 2) + (summarised_ ? 1 : 0);
    // What is being answered with tools stays, and what was said since, and what calls still run.
    if (!plan_.tools.empty()) most += 64;
    if (request.messages > std::max<std::size_t>(most, 4)) {
      add("the history has its limit", std::to_string(request.messages) + " messages");
    }
  }
  for (const SpeechStream& stream : records_.speech) {
    // The apology is the agent's, not the session's.
    const bool session = stream.text.empty() || stream.text != plan_.agent.resilience.apology;
    if (session && !stream.refused && !stream.gone) {
      add("every stream of speech ends", stream.text);
    }
  }
  // Of several voices nobody knows whose audio it is; audio that comes twice counts twice.
  const bool counted = !plan_.chain && plan_.tts.faults.duplicate <= 0;
  if (counted && records_.unheard_at_most > std::chrono::milliseconds(320)) {
    add("unheard audio has its limit", std::to_string(to_ms(records_.unheard_at_most)) + " ms");
  }
}

}  // namespace voiceagent::sim
