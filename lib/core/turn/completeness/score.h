// What the scorer of transcripts is told, and what it says.
#pragma once

#include <string_view>

namespace voiceagent {

// What is known of the agent's last utterance.
struct CompletenessContext {
  bool agent_asked = false;  // It ended in a question: "tomorrow" is then an answer.
  int expected_digits = 0;   // How many digits it asked for; 0: none, or it isn't known.
};

struct Completeness {
  float probability = 0.5F;  // That the user is done, from 0 to 1.
  std::string_view reason;   // What decided: static text, such as "trailing preposition".
};

}  // namespace voiceagent
