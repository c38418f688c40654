#include "audio/wav_header.h"

#include <cstring>

#include "audio/little_endian.h"
#include "audio/wav_format.h"

namespace voiceagent {

std::array<std::byte, kWavHeaderBytes> make_wav_header(int sample_rate, int channels,
                                                       std::uint32_t data_bytes) {
  const auto rate = static_cast<std::uint32_t>(sample_rate);
  const auto frame_bytes = static_cast<std::uint16_t>(channels * int{sizeof(std::int16_t)});
  std::array<std::byte, kWavHeaderBytes> header{};
  std::memcpy(header.data(), "RIFF", 4);
  store_le<std::uint32_t>(&header[4], data_bytes + (kWavHeaderBytes - 8));
  std::memcpy(header.data() + 8, "WAVEfmt ", 8);
  store_le<std::uint32_t>(&header[16], 16);  // the format's size
  store_le<std::uint16_t>(&header[20], kWavPcm);
  store_le<std::uint16_t>(&header[22], static_cast<std::uint16_t>(channels));
  store_le<std::uint32_t>(&header[24], rate);
  store_le<std::uint32_t>(&header[28], rate * frame_bytes);
  store_le<std::uint16_t>(&header[32], frame_bytes);
  store_le<std::uint16_t>(&header[34], 16);  // bits a sample
  std::memcpy(header.data() + 36, "data", 4);
  store_le<std::uint32_t>(&header[40], data_bytes);
  return header;
}

}  // namespace voiceagent
