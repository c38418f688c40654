// Numbers in little-endian bytes, whatever the machine's own order.
#pragma once

#include <cstddef>
#include <cstdint>

namespace voiceagent {

// Reads the sizeof(T) bytes at `from`. REQUIRES: T unsigned.
template <class T>
T load_le(const std::byte* from) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(value | (static_cast<T>(from[i]) << (8 * i)));
  }
  return value;
}

// Writes the sizeof(T) bytes at `to`. REQUIRES: T unsigned.
template <class T>
void store_le(std::byte* to, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) to[i] = static_cast<std::byte>(value >> (8 * i));
}

}  // namespace voiceagent
