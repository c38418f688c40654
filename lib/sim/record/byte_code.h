// Numbers and text as bytes: small numbers take few. Integers are little-endian base 128, signed
// ones folded so that those near zero stay small.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "voiceagent/time.h"

namespace voiceagent {

class ByteWriter {
 public:
  void byte(std::uint8_t value) { bytes_ += static_cast<char>(value); }
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }
  void signed_number(std::int64_t value) {
    number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void duration(Duration value) { signed_number(value.count()); }
  template <class Enum>
  void choice(Enum value) {
    byte(static_cast<std::uint8_t>(value));
  }
  void real(float value) { fixed(std::bit_cast<std::uint32_t>(value), 4); }
  void hash(std::uint64_t value) { fixed(value, 8); }
  void text(std::string_view value) {
    number(value.size());
    bytes_ += value;
  }
  void raw(std::string_view value) { bytes_ += value; }

  std::string_view bytes() const { return bytes_; }
  std::string take() { return std::exchange(bytes_, {}); }
  void clear() { bytes_.clear(); }

 private:
  void fixed(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) byte(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  std::string bytes_;
};

// Reads what a ByteWriter wrote. What isn't there reads as nothing, and ok() becomes false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }
  // What was read makes no sense.
  void fail() {
    ok_ = false;
    rest_ = {};
  }

  std::uint8_t byte() {
    const std::string_view one = raw(1);
    return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one[0]);
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = byte();
      value |= static_cast<std::uint64_t>(next & 0x7F) << shift;
      if (next < 0x80) return value;
    }
    fail();
    return 0;
  }
  std::int64_t signed_number() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  Duration duration() { return Duration(signed_number()); }
  // A value of an enum whose values are 0 to `last`.
  template <class Enum>
  Enum choice(Enum last) {
    const std::uint8_t value = byte();
    if (value > static_cast<std::uint8_t>(last)) fail();
    return ok_ ? static_cast<Enum>(value) : Enum{};
  }
  float real() { return std::bit_cast<float>(static_cast<std::uint32_t>(fixed(4))); }
  std::uint64_t hash() { return fixed(8); }
  std::string_view text() { return raw(number()); }
  std::string_view raw(std::uint64_t size) {
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(taken.size());
    return taken;
  }

 private:
  std::uint64_t fixed(int size) {
    const std::string_view bytes = raw(static_cast<std::uint64_t>(size));
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
    }
    return value;
  }
  std::string_view rest_;
  bool ok_ = true;
};

// FNV-1a: finds damage and differences; no protection against malice.
constexpr std::uint64_t kHashBegin = 0xCBF29CE484222325U;
constexpr std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t hash = kHashBegin) {
  for (const char c : bytes) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001B3U;
  return hash;
}

}  // namespace voiceagent
