// How a scripted synthesiser numbers its samples. The levels of simulated speech are
// multiples of 32; the low five bits of each eight samples in a row hold a mark and seven times
// four bits: the stream's number and where in its audio the eight are.
#pragma once

#include <cstdint>
#include <span>

namespace voiceagent::sim {

// Numbers simulated speech, of which the first sample is the stream's sample `first`. The numbers
// begin anew after 1,024 streams and 2 million samples.
void number_samples(std::span<std::int16_t> samples, std::uint32_t stream, std::int64_t first);

}  // namespace voiceagent::sim
