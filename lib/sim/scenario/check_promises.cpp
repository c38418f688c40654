#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "sim/scenario/checks.h"

namespace voiceagent::sim {
namespace {

constexpr Duration kReportPatience{500'000'000};  // then the session goes by the clock

struct TurnLife {
  Duration heard_from{-1};  // speech_started
  Duration concluded{-1};   // turn_ended or turn_dropped
  Duration replied{-1};     // reply_started
  Duration finished{-1};    // turn_metrics
  bool silent = false;      // at some time during the reply it was not spoken
};

using TurnLives = std::map<TurnId, TurnLife>;

bool speaks(std::string_view line) {
  return line.find("\"voice_to_text\"") == std::string_view::npos &&
         line.find("\"text_to_text\"") == std::string_view::npos;
}

TurnLives lives_of(const Record& record) {
  TurnLives lives;
  bool voice = true;
  for (const SeenEvent& event : record.events()) {
    TurnLife& life = lives[event.turn];
    switch (event.kind) {
      case EventKind::kSpeechStarted: life.heard_from = event.time; break;
      case EventKind::kTurnEnded:
      case EventKind::kTurnDropped: life.concluded = event.time; break;
      case EventKind::kReplyStarted:
        life.replied = event.time;
        life.silent = !voice;
        break;
      case EventKind::kTurnMetrics: life.finished = event.time; break;
      case EventKind::kSessionOpened:
      case EventKind::kModeChanged:
        voice = speaks(record.line(event));
        for (auto& [turn, other] : lives) {
          const bool running = other.replied >= Duration(0) && other.finished < Duration(0);
          if (!voice && running) other.silent = true;
        }
        break;
      default: break;
    }
  }
  lives.erase(0);
  return lives;
}

// A session that is closed in mid-conversation leaves its last two turns open: the user's, and the
// one that is being answered.
void check_turns(const TurnLives& lives, const Record& record, Failures& out) {
  const TurnId last = lives.empty() ? 0 : lives.rbegin()->first;
  for (const auto& [turn, life] : lives) {
    if (!record.settled && turn + 2 > last) continue;
    const std::string name = "turn " + std::to_string(turn);
    if (life.heard_from >= Duration(0) && life.concluded < Duration(0)) {
      out.push_back({"every turn ends", name + " of the user ends or is dropped", "neither came",
                     life.heard_from});
    }
    if (life.replied >= Duration(0) && life.finished < Duration(0)) {
      out.push_back({"every turn ends", "the reply of " + name + " ends with turn_metrics",
                     "none came", life.replied});
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
  const int rate = scenario.session.output_rate;
  return scenario.far_end.lost_frames == 0 &&
         std::ranges::all_of(scenario.providers.tts, [rate](const TtsScript& tts) {
           return (rate == 0 || rate == tts.sample_rate) && tts.faults.odd_audio == 0;
         });
}

class HeardCheck {
 public:
  HeardCheck(const Scenario& scenario, const Record& record, const TurnLives& lives, Failures& out)
      : record_(record), lives_(lives), slack_(uncertainty(scenario)), out_(out) {
    timed_ = std::ranges::all_of(scenario.providers.tts, &TtsScript::word_timings);
  }

  void run() {
    auto heard = heard_by_turn(record_);
    const TurnId oldest = record_.context.empty() ? 0 : record_.context.front().turn;
    std::set<TurnId> remembered;
    for (const ContextEntry& entry : record_.context) {
      if (entry.role != Role::kAssistant) continue;
      remembered.insert(entry.turn);
      compare(entry.turn, entry.text, entry.interrupted, heard[entry.turn]);
    }
    for (const auto& [turn, text] : heard) {
      if (turn >= oldest && !remembered.contains(turn)) compare(turn, "", true, text);
    }
  }

 private:
  void compare(TurnId turn, const std::string& told, bool interrupted, const std::string& heard) {
    const auto life = lives_.find(turn);
    if (life == lives_.end() || life->second.silent) return;
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
                    "'" + told + "'", life->second.finished});
  }

  static constexpr std::size_t kGuessedCharacters = 8;  // word times are guessed from lengths

  const Record& record_;
  const TurnLives& lives_;
  const Duration slack_;
  bool timed_ = true;
  Failures& out_;
};

}  // namespace

void check_promises(const Scenario& scenario, const Record& record, Failures& out) {
  for (const Breach& breach : record.breaches()) {
    out.push_back({"events", "in order and in time", breach.what, breach.time});
  }
  const TurnLives lives = lives_of(record);
  check_turns(lives, record, out);
  if (comparable(scenario)) HeardCheck(scenario, record, lives, out).run();
}

}  // namespace voiceagent::sim
