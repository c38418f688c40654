// The stages of one turn, as they are reached.
#pragma once

#include <algorithm>

#include "voiceagent/events.h"

namespace voiceagent {

class Waterfall {
 public:
  // The user's speech, or input, ended at `origin`; the turn was taken to be over at `decided`.
  void begin(TurnId turn, Duration origin, Duration decided, Duration settled) {
    turn_ = turn;
    metrics_ = {};
    metrics_.speech_end = origin;
    tools_since_ = Duration(-1);
    mark(metrics_.endpointing, decided);
    mark(metrics_.stt_final, settled);
  }

  void first_token(Duration now) { mark(metrics_.llm_first_token, now); }
  void first_clause(Duration now) { mark(metrics_.first_clause, now); }
  void first_audio(Duration now) { mark(metrics_.tts_first_audio, now); }
  void played(Duration now) { mark(metrics_.played, now); }
  // The model has to wait, from `now` on, until tools_over().
  void tools_started(Duration now) { tools_since_ = now; }
  void tools_over(Duration now) {
    if (tools_since_ < Duration(0)) return;
    metrics_.tools = std::max(metrics_.tools, Duration(0)) + now - tools_since_;
    tools_since_ = Duration(-1);
  }
  // Audible since `audible`, the reply was stopped at `decided` and silent at `silent`, because of
  // the voice that began at `onset` (negative: for another reason).
  void cut_off(Duration audible, Duration onset, Duration decided, Duration silent) {
    metrics_.silence = std::max(Duration(0), silent - decided);
    if (onset >= Duration(0)) metrics_.barge_in = decided - std::max(audible, onset);
  }
  // Returns whether it is the first.
  bool response(Duration now) { return mark(metrics_.response, now); }

  event::TurnMetrics finish(std::size_t reply_characters, bool interrupted) {
    metrics_.reply_characters = static_cast<std::int64_t>(reply_characters);
    metrics_.interrupted = interrupted;
    return metrics_;
  }
  TurnId turn() const { return turn_; }

 private:
  // Only the first time counts.
  bool mark(Duration& stage, Duration now) const {
    if (stage >= Duration(0)) return false;
    stage = now - metrics_.speech_end;
    return true;
  }

  TurnId turn_ = 0;
  Duration tools_since_{-1};  // negative: it doesn't wait
  event::TurnMetrics metrics_;
};

}  // namespace voiceagent
