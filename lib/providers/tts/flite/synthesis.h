// One utterance through flite.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "providers/tts/flite/text.h"
#include "providers/tts/flite/voice.h"
#include "voiceagent/tts.h"

namespace voiceagent::flite {

// Takes an utterance's speech as it is made, on the thread that makes it.
class Listener {
 public:
  virtual ~Listener() = default;
  // Which tokens are spoken when; samples count from the utterance's first. Once, before the audio.
  // Not called, and no audio comes, when nothing in it has a sound.
  virtual void words(std::vector<SpokenSpan> words) = 0;
  // The next samples, about 20 ms of them. False stops the synthesis.
  virtual bool audio(std::span<const std::int16_t> samples) = 0;
};

// Speaks `utterance`, `speed` times as fast as usual. Computes for about a hundredth of the time
// that the speech lasts; any number of threads at once, with the same voice too.
void synthesize(const Utterance& utterance, const Voice& voice, double speed, Listener& listener);

}  // namespace voiceagent::flite
