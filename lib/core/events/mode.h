// What a mode needs.
#pragma once

#include "voiceagent/events.h"

namespace voiceagent {

// Whether the user's voice is listened to.
constexpr bool hears(Mode mode) {
  return mode == Mode::kVoiceToVoice || mode == Mode::kVoiceToText;
}
// Whether the agent answers aloud.
constexpr bool speaks(Mode mode) {
  return mode == Mode::kVoiceToVoice || mode == Mode::kTextToVoice;
}

}  // namespace voiceagent
