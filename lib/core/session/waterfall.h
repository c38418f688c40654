// The stages of one turn, as they are reached.
#pragma once

#include "voiceagent/events.h"

namespace voiceagent {

class Waterfall {
 public:
  // The user's speech, or input, ended at `origin`; the turn was taken to be over at `decided`.
  void begin(TurnId turn, Duration origin, Duration decided, Duration settled) {
    turn_ = turn;
    metrics_ = {};
    metrics_.speech_end = origin;
    mark(metrics_.endpointing, decided);
    mark(metrics_.stt_final, settled);
  }

  void first_token(Duration now) { mark(metrics_.llm_first_token, now); }
  void first_clause(Duration now) { mark(metrics_.first_clause, now); }
  void first_audio(Duration now) { mark(metrics_.tts_first_audio, now); }
  void played(Duration now) { mark(metrics_.played, now); }
  void barge_in(Duration delay) { metrics_.barge_in = delay; }
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
  event::TurnMetrics metrics_;
};

}  // namespace voiceagent
