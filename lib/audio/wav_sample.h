// The sample formats that a WAV file may have, each as numbers of 16-bit scale.
#pragma once

#include <cstddef>
#include <cstdint>

namespace voiceagent {

// Reads the sample at `bytes`; 1.0 is one step of a 16-bit sample. Always finite, but floats may go
// beyond full scale.
using DecodeSample = double (*)(const std::byte* bytes);

// The sample formats of the format tag, as registered for WAV files.
inline constexpr std::uint16_t kWavPcm = 0x0001;
inline constexpr std::uint16_t kWavFloat = 0x0003;
inline constexpr std::uint16_t kWavALaw = 0x0006;
inline constexpr std::uint16_t kWavMuLaw = 0x0007;
inline constexpr std::uint16_t kWavExtensible = 0xFFFE;

// The decoder for samples of so many bytes; null when there is none.
DecodeSample wav_sample_decoder(std::uint16_t format_tag, std::size_t sample_bytes);

}  // namespace voiceagent
