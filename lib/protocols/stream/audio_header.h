// The eight bytes before each piece of audio that the server sends.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "audio/little_endian.h"

namespace voiceagent::protocols::stream {

inline constexpr std::size_t kAudioHeaderBytes = 8;

struct AudioHeader {
  std::uint32_t generation = 0;
  std::uint32_t position = 0;  // modulo 2^32
};

using AudioHeaderBytes = std::array<std::byte, kAudioHeaderBytes>;

inline AudioHeaderBytes write_header(const AudioHeader& header) {
  AudioHeaderBytes bytes;
  store_le<std::uint32_t>(bytes.data(), header.generation);
  store_le<std::uint32_t>(bytes.data() + 4, header.position);
  return bytes;
}

// REQUIRES: as many bytes, at least.
inline AudioHeader read_header(std::span<const std::byte> bytes) {
  return {load_le<std::uint32_t>(bytes.data()), load_le<std::uint32_t>(bytes.data() + 4)};
}

// The whole position that `reported` stands for, of those not far from `sent`, the end of what has
// been sent; never negative.
inline std::int64_t unwrap_position(std::uint32_t reported, std::int64_t sent) {
  const auto distance = static_cast<std::int32_t>(reported - static_cast<std::uint32_t>(sent));
  return sent + distance < 0 ? 0 : sent + distance;
}

}  // namespace voiceagent::protocols::stream
