#include "base/ids.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>

#if defined(__linux__)
#include <sys/random.h>
#endif

namespace voiceagent {

namespace {

using IdBytes = std::array<std::uint8_t, 16>;

IdBytes random_bytes() {
  IdBytes bytes;
#if defined(__linux__)
  const auto wanted = static_cast<ssize_t>(bytes.size());
  if (getrandom(bytes.data(), bytes.size(), 0) == wanted) return bytes;
#endif
  std::random_device device;
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(device());
  return bytes;
}

}  // namespace

std::string random_id() {
  constexpr char kAlphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
  std::string id;
  id.reserve(26);
  std::uint32_t bits = 0;
  int count = 0;
  for (std::uint8_t byte : random_bytes()) {
    bits = bits << 8 | byte;
    for (count += 8; count >= 5; count -= 5) id += kAlphabet[bits >> (count - 5) & 31];
  }
  id += kAlphabet[bits << (5 - count) & 31];  // the three bits that are left
  return id;
}

std::string random_hex(std::size_t bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  const IdBytes random = random_bytes();
  std::string hex;
  for (std::size_t i = 0; i < std::min(bytes, random.size()); ++i) {
    hex += kDigits[random[i] >> 4];
    hex += kDigits[random[i] & 15];
  }
  return hex;
}

}  // namespace voiceagent
