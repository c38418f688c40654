// The format chunk of a WAV file: in which form its samples are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "audio/wav_sample.h"
#include "voiceagent/status.h"
#include "voiceagent/wav.h"

namespace voiceagent {

struct WavLayout {
  WavFormat format;
  DecodeSample decode = nullptr;
  std::size_t sample_bytes = 0;
  std::uint64_t data_offset = 0;

  std::size_t frame_bytes() const {
    return sample_bytes * static_cast<std::size_t>(format.channels);
  }
};

inline constexpr int kMaxWavChannels = 64;

// As much of the chunk as is looked at.
inline constexpr std::size_t kWavFormatBytes = 40;

// Reads the chunk, of which kWavFormatBytes are enough; says nothing of frames and offset. `name`
// is the file's, for advice.
Result<WavLayout> parse_wav_format(std::span<const std::byte> chunk, const std::string& name);

}  // namespace voiceagent
