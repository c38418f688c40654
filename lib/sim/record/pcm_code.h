// Audio without loss in about half of its size: each block is what a simple prediction from the
// samples before leaves over, in Rice code.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/record/byte_code.h"

namespace voiceagent {

// Appends `samples`, any number of them.
void write_pcm(ByteWriter& out, std::span<const std::int16_t> samples);

// Reads what write_pcm() wrote into `samples`. Fails on damage, and beyond 64 Mi samples.
void read_pcm(ByteReader& in, std::vector<std::int16_t>& samples);

}  // namespace voiceagent
