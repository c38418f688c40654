// Speech for recognisers, made at test time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "voiceagent/audio.h"

namespace voiceagent::test {

// Spoken by flite's clearest voice, at 16 kHz; nothing when flite is not part of the build, after
// saying so. The samples are not the same every time.
std::optional<Pcm> spoken(std::string_view text);

// `pcm` with a background that no speech is in around it: quiet hiss.
Pcm in_a_room(const Pcm& pcm, Duration before, Duration after);

// How many words of `wanted` are missing or wrong in `heard`, or are too many there.
int word_errors(std::string_view wanted, std::string_view heard);

}  // namespace voiceagent::test
