// The head of a 16-bit PCM WAV file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace voiceagent {

inline constexpr std::size_t kWavHeaderBytes = 44;
inline constexpr std::uint32_t kMaxWavDataBytes = 0xFFFFFFFFU - (kWavHeaderBytes - 8);

// `data_bytes` of samples follow; kMaxWavDataBytes says of a stream that nobody knows yet.
std::array<std::byte, kWavHeaderBytes> make_wav_header(int sample_rate, int channels,
                                                       std::uint32_t data_bytes);

}  // namespace voiceagent
