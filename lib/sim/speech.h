// Speech that spells its words, piece by piece: nobody has to keep all of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace voiceagent::sim {

// How many samples speak() gives for `text`.
std::size_t speech_samples(std::string_view text, int sample_rate);

// Fills `samples` with what the agent's voice gives for `text` from its sample `begin` on: the
// levels of speak(), in another wave. Two people are never alike from sample to sample; if they
// were, an echo canceller would take one out of the other. REQUIRES: begin + samples.size() <=
// speech_samples(text, sample_rate).
void speak_part(std::string_view text, int sample_rate, std::size_t begin,
                std::span<std::int16_t> samples);

}  // namespace voiceagent::sim
