// What happens when all providers of a chain have failed: the user is told, and what follows.
#include <array>
#include <string>
#include <utility>

#include "core/session/session_impl.h"

namespace voiceagent {

// Tells the user, once the present reply has ended. What was said of it stands.
void SessionImpl::nothing_helped(Stage stage, TurnId turn) {
  if (phase_ != Phase::kOpen) return;
  if (stage != Stage::kStt) reply_.failed = true;
  const bool apology_failed = failure_.pending && failure_.apology == reply_.turn;
  if (apology_failed) return;
  if (failure_.pending && failure_.apology == 0) {
    if (stage == Stage::kStt) failure_.turn = turn;  // of two turns that are lost the later one
    return;
  }
  const ResilienceOptions& how = parts_.agent->resilience;
  const bool tells = can_apologise(stage);
  // Who hangs up lets the rest be heard first, and the user go on, also without an apology.
  if (!tells && how.after_failure != AfterFailure::kHangUp) return after_failure(stage);
  failure_ = {stage, turn, 0, true};
  says_.push_front({tells ? how.apology : "", {}, tells ? apology_clip() : nullptr, stage});
  fact({TurnFact::kAgentSpeaks});
}

// The user has gone on, and is answered: what failed before is past.
void SessionImpl::withdraw_apology() {
  if (!failure_.pending || failure_.apology != 0) return;
  failure_ = {};
  (void)says_.pop_front();
}

// In writing anything can be said; a voice that failed needs the clip.
bool SessionImpl::can_apologise(Stage stage) const {
  if (parts_.agent->resilience.apology.empty()) return false;
  return stage != Stage::kTts || !voice_out() || apology_clip() != nullptr;
}

std::shared_ptr<const Pcm> SessionImpl::apology_clip() const {
  return parts_.apology != nullptr ? parts_.apology->clip() : nullptr;
}

// The reply of that turn is over: if it was the apology, what is to follow does.
void SessionImpl::over_with(TurnId reply) {
  if (!failure_.pending || failure_.apology != reply) return;
  const Stage stage = failure_.stage;
  failure_ = {};
  after_failure(stage);
}

void SessionImpl::after_failure(Stage stage) {
  switch (parts_.agent->resilience.after_failure) {
    case AfterFailure::kStay: return;
    case AfterFailure::kHangUp: return close(CloseReason::kError);
    case AfterFailure::kText: break;
  }
  const bool speaks = voice_out() && stage != Stage::kTts;
  const bool hears = voice_in() && stage != Stage::kStt;
  Mode mode = hears ? Mode::kVoiceToText : Mode::kTextToText;
  if (speaks) mode = hears ? Mode::kVoiceToVoice : Mode::kTextToVoice;
  // Once all that is under way has been told.
  (void)later([this, mode] { change_mode(mode); });
}

// A call that blocks makes audio late, for every session of the executor.
void SessionImpl::report_blocked() {
  const auto held = parts_.board->take_held();
  if (!held) return;
  const std::string message = held->call + " held up the session's executor for " +
                              std::to_string(held->time.count() / 1'000'000) +
                              " ms: let it return at once";
  log(LogLevel::kWarning, message);
  if (phase_ == Phase::kClosed) return;
  ++depth_;
  publish(0, event::Warning{Stage::kSession, message});
  (void)parts_.board->take_held();  // whoever is slow to hear that would be told again and again
  --depth_;
  run_waiting();
}

// What user and agent are doing: "trailing, replying (tools) (held)".
std::string SessionImpl::turn_state() const {
  static constexpr std::array<std::string_view, 4> kUser{"silent", "speaking", "trailing",
                                                         "finalizing"};
  const TurnState& turns = turns_.state();
  std::string text(kUser[static_cast<std::size_t>(turns.user)]);
  text += turns.agent == AgentPhase::kReplying ? ", replying" : ", idle";
  if (turns.tools) text += " (tools)";
  if (turns.held) text += " (held)";
  return text;
}

// What there is to say about a session that did not end as it should.
void SessionImpl::report_end() {
  const bool clean = close_reason_ != CloseReason::kError && streams_->open == 0;
  if (clean) return;
  log(LogLevel::kWarning,
      "ended abnormally: closed by " + std::string(to_string(close_reason_)) + " while " +
          closed_in_ + ", " + std::to_string(streams_->open) + " streams not closed, mode " +
          std::string(to_string(mode_)) + ", the latest user's turn " +
          std::to_string(turns_.state().user_turn) + ", the latest reply in turn " +
          std::to_string(reply_.turn) + "; latest events: " + bus_.history());
}

void SessionImpl::publish_pools() {
  if (parts_.pools == nullptr || sheds(Shedding::kMetrics)) return;
  for (const PoolStatus& pool : parts_.pools->all()) {
    const auto count = [](auto number) { return static_cast<std::int64_t>(number); };
    publish(0, event::PoolStatistics{pool.name, count(pool.in_use), count(pool.idle),
                                     count(pool.created), count(pool.failed), count(pool.waits),
                                     pool.wait_p50, pool.wait_p99});
  }
}

}  // namespace voiceagent
