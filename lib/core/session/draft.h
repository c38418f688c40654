// A reply that is prepared before the user's turn has certainly ended. Nobody sees anything of it
// until it is adopted: then what has come of it so far is told at once, in order.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "voiceagent/event_copy.h"
#include "voiceagent/events.h"

namespace voiceagent {

struct Draft {
  bool active = false;
  std::string words;  // of the user's that it answers, normalised
  std::optional<OwnedEvent<event::IntentRecognised>> intent;
  std::vector<TextSpan> clauses;  // told to the synthesiser
  bool done = false;              // the model has said all
  Usage usage;
  FinishReason reason = FinishReason::kStop;
  Duration first_token{-1};  // when; negative: not yet
  Duration first_clause{-1};
  Duration first_audio{-1};

  static void mark(Duration& stage, Duration now) {
    if (stage < Duration(0)) stage = now;
  }
};

}  // namespace voiceagent
