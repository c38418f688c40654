#include "core/turn/strategies/strategies.h"

namespace voiceagent {

// The detector's start rule has spoken; whether the sound matters is decided while it lasts.
bool DefaultStartOfSpeech::listens(const TurnSnapshot&) const { return true; }

}  // namespace voiceagent
