#include <algorithm>
#include <map>

#include "base/text.h"
#include "sim/invariants_tools.h"
#include "sim/scenario/checks.h"

namespace voiceagent::sim {
namespace {

constexpr Duration kReportPatience{500'000'000};  // then the session goes by the clock

// When an event of that turn came first.
Duration first_of(TurnId turn, const Record& record) {
  const auto first = std::ranges::find(record.events(), turn, &SeenEvent::turn);
  return first == record.events().end() ? Duration(-1) : first->time;
}

// A session that is closed in mid-conversation leaves its last two turns open: the user's, and the
// one that is being answered.
void check_turns(const Record& record, Failures& out) {
  const auto& turns = record.story().turns();
  const TurnId last = turns.empty() ? 0 : turns.rbegin()->first;
  for (const auto& [turn, story] : turns) {
    if (!record.settled && turn + 2 > last) continue;
    const std::string name = "turn " + std::to_string(turn);
    if (story.spoken && !story.ended && !story.dropped) {
      out.push_back({"every turn ends", name + " of the user ends or is dropped", "neither came",
                     first_of(turn, record)});
    }
    if (story.reply != ReplyState::kNone && !record.measured(turn)) {
      out.push_back({"every turn ends", "the reply of " + name + " ends with turn_metrics",
                     "none came", first_of(turn, record)});
    }
  }
}

// As simulated speech reads: without what it can't spell and without pauses, whose places differ.
std::string spelled(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c > ' ' && c <= '~' && c != '?') result += c;
  }
  return result;
}

// What the far end heard, turn by turn.
std::map<TurnId, std::string> heard_by_turn(const Record& record) {
  std::map<TurnId, std::string> heard;
  for (const Played& played : record.played) {
    heard[played.turn] +=
        record.far_end_text.substr(played.text_begin, played.text_end - played.text_begin);
  }
  return heard;
}

// How much the session may be wrong about where the player is.
Duration uncertainty(const Scenario& scenario) {
  const auto longest = [](const Latency& l) { return l.base + l.jitter + l.tail; };
  const FarEndOptions& end = scenario.far_end;
  Duration sum = scenario.heard_tolerance + 2 * longest(end.delay) + longest(end.report_delay) +
                 end.report_interval + end.buffer + scenario.session.playout_delay;
  const bool exact = end.reports && end.lost_reports == 0 && end.stale_reports == 0;
  if (!exact) sum += kReportPatience;
  return sum;
}

// Whether what was heard can be compared with the context at all.
bool comparable(const Scenario& scenario) {
  int rate = scenario.session.output_rate;
  if (rate == 0) rate = scenario.providers.tts.front().sample_rate;
  const auto as_it_was_made = [rate](const TtsScript& tts) {
    // Without timings it is a guess where another voice goes on.
    const bool guessed = tts.death.how != Death::How::kNone && !tts.word_timings;
    return rate == tts.sample_rate && tts.faults.odd_audio == 0 && !guessed;
  };
  return scenario.far_end.lost_frames == 0 &&
         std::ranges::all_of(scenario.providers.tts, as_it_was_made) &&
         std::ranges::all_of(scenario.providers.tts_fallbacks, as_it_was_made);
}

class HeardCheck {
 public:
  HeardCheck(const Scenario& scenario, const Record& record, Failures& out)
      : record_(record), slack_(uncertainty(scenario)), out_(out) {
    timed_ = std::ranges::all_of(scenario.providers.tts, &TtsScript::word_timings) &&
             std::ranges::all_of(scenario.providers.tts_fallbacks, &TtsScript::word_timings);
  }

  void run() {
    auto heard = heard_by_turn(record_);
    const TurnId oldest = record_.context.empty() ? 0 : record_.context.front().turn;
    struct Told {
      std::string text;
      bool interrupted = false;
    };
    std::map<TurnId, Told> remembered;  // the parts of a reply together
    for (const ContextEntry& entry : record_.context) {
      if (entry.role != Role::kAssistant) continue;
      Told& told = remembered[entry.turn];
      told.text += entry.text;
      told.interrupted = told.interrupted || entry.interrupted;
    }
    for (const auto& [turn, told] : remembered) {
      compare(turn, told.text, told.interrupted, heard[turn]);
    }
    for (const auto& [turn, text] : heard) {
      if (turn >= oldest && !remembered.contains(turn)) compare(turn, "", true, text);
    }
  }

 private:
  void compare(TurnId turn, const std::string& told, bool interrupted, const std::string& heard) {
    const auto story = record_.story().turns().find(turn);
    if (story == record_.story().turns().end()) return;
    if (!story->second.voice || story->second.turned) return;  // it was read, not heard
    const std::string in_context = spelled(told);
    const std::string in_truth = spelled(heard);
    const bool longer = in_context.size() > in_truth.size();
    const std::string& whole = longer ? in_context : in_truth;
    const std::string& part = longer ? in_truth : in_context;
    std::size_t allowed = 0;
    if (interrupted || !record_.settled) {
      allowed = static_cast<std::size_t>(slack_ / kCharacterTime);
      // A word that was cut off was heard in part, and counts as not heard.
      const auto words = split_words(heard);
      if (!longer && !words.empty()) allowed += words.back().size();
      if (!timed_) allowed += kGuessedCharacters;
    }
    if (whole.starts_with(part) && whole.size() - part.size() <= allowed) return;
    out_.push_back({"the context agrees with what was played",
                    "turn " + std::to_string(turn) + ": '" + std::string(trim(heard)) + "'",
                    "'" + told + "'", story->second.over});
  }

  static constexpr std::size_t kGuessedCharacters = 8;  // word times are guessed from lengths

  const Record& record_;
  const Duration slack_;
  bool timed_ = true;
  Failures& out_;
};

// Of tools, whose results are all there at the end.
void check_tools(const Scenario& scenario, const Record& record, Failures& out) {
  const LimitOptions& limits = scenario.agent.limits;
  const bool may_forget = scenario.agent.summarise_history || limits.max_history_tokens < 1000 ||
                          2 * record.context.size() > limits.max_history_messages;
  Findings findings;
  check_tool_results(record.story(), record.context, may_forget, findings);
  for (const Violation& violation : findings.take()) {
    out.push_back({"tools", violation.invariant, violation.detail, violation.at});
  }
}

}  // namespace

void check_promises(const Scenario& scenario, const Record& record, Failures& out) {
  for (const Violation& violation : record.violations) {
    out.push_back({"events", violation.invariant, violation.detail, violation.at});
  }
  check_turns(record, out);
  check_tools(scenario, record, out);
  if (comparable(scenario)) HeardCheck(scenario, record, out).run();
}

}  // namespace voiceagent::sim
