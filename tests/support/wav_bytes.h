// WAV files in memory, right ones and wrong ones.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace voiceagent::test {

using Bytes = std::vector<std::byte>;

inline void append(Bytes& to, std::string_view text) {
  for (const char c : text) to.push_back(static_cast<std::byte>(c));
}

// The lowest `bytes` bytes of the value, little-endian.
inline void append_le(Bytes& to, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) to.push_back(static_cast<std::byte>(value >> (8 * i)));
}

struct WavFields {
  unsigned tag = 1;
  unsigned channels = 1;
  unsigned rate = 16000;
  unsigned bits = 16;
  unsigned frame_bytes = 0;  // 0: as channels and bits say
};

inline Bytes format_chunk(const WavFields& fields) {
  const unsigned frame_bytes =
      fields.frame_bytes != 0 ? fields.frame_bytes : fields.channels * ((fields.bits + 7) / 8);
  Bytes chunk;
  append_le(chunk, fields.tag, 2);
  append_le(chunk, fields.channels, 2);
  append_le(chunk, fields.rate, 4);
  append_le(chunk, std::uint64_t{fields.rate} * frame_bytes, 4);
  append_le(chunk, frame_bytes, 2);
  append_le(chunk, fields.bits, 2);
  return chunk;
}

// The format chunk whose tag lies in a GUID.
inline Bytes extensible_chunk(WavFields fields) {
  const unsigned tag = fields.tag;
  fields.tag = 0xFFFE;
  Bytes chunk = format_chunk(fields);
  append_le(chunk, 22, 2);           // what follows
  append_le(chunk, fields.bits, 2);  // of them valid
  append_le(chunk, 0, 4);            // speakers
  append_le(chunk, tag, 2);
  append(chunk, std::string_view("\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71", 14));
  return chunk;
}

class Riff {
 public:
  // A chunk with its padding; its header says `size` when that is given.
  Riff& chunk(std::string_view id, std::span<const std::byte> body) {
    return chunk(id, body, body.size());
  }
  Riff& chunk(std::string_view id, std::span<const std::byte> body, std::uint64_t size) {
    append(chunks_, id);
    append_le(chunks_, size, 4);
    chunks_.insert(chunks_.end(), body.begin(), body.end());
    if (body.size() % 2 != 0) chunks_.push_back({});
    return *this;
  }
  Bytes bytes() const {
    Bytes file;
    append(file, "RIFF");
    append_le(file, chunks_.size() + 4, 4);
    append(file, "WAVE");
    file.insert(file.end(), chunks_.begin(), chunks_.end());
    return file;
  }

 private:
  Bytes chunks_;
};

// The samples as a WAV file's integers of so many bits; T is double, float or an integer.
template <class T>
Bytes data_of(std::span<const T> samples, std::size_t bits) {
  Bytes data;
  for (const T sample : samples) {
    if constexpr (std::is_same_v<T, double>) {
      append_le(data, std::bit_cast<std::uint64_t>(sample), bits / 8);
    } else if constexpr (std::is_same_v<T, float>) {
      append_le(data, std::bit_cast<std::uint32_t>(sample), bits / 8);
    } else {
      append_le(data, static_cast<std::uint64_t>(sample), bits / 8);
    }
  }
  return data;
}

inline Bytes wav_of(const WavFields& fields, std::span<const std::byte> data) {
  return Riff().chunk("fmt ", format_chunk(fields)).chunk("data", data).bytes();
}

}  // namespace voiceagent::test
