#include "audio/wav_layout.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string_view>

#include "audio/foreign_format.h"
#include "audio/little_endian.h"

namespace voiceagent {
namespace {

constexpr std::uint64_t kRiffHeaderBytes = 12;  // "RIFF", size, "WAVE"
constexpr std::uint64_t kChunkHeaderBytes = 8;  // name, size

struct Chunk {
  std::array<std::byte, 4> id{};
  std::uint64_t offset = 0;  // of what it holds
  std::uint64_t size = 0;    // as its header says

  bool is(std::string_view name) const {
    return std::equal(id.begin(), id.end(), name.begin(), name.end(),
                      [](std::byte a, char b) { return a == static_cast<std::byte>(b); });
  }
  std::uint64_t end() const { return offset + size + size % 2; }  // chunks have even addresses
};

// The chunk whose header is at `offset`, or nothing at the end.
Result<std::optional<Chunk>> chunk_at(ByteSource& source, std::uint64_t offset) {
  std::array<std::byte, kChunkHeaderBytes> header;
  auto count = source.read(offset, header);
  if (!count.ok()) return count.status();
  if (*count < header.size()) return std::optional<Chunk>();
  Chunk chunk;
  std::copy_n(header.begin(), chunk.id.size(), chunk.id.begin());
  chunk.offset = offset + kChunkHeaderBytes;
  chunk.size = load_le<std::uint32_t>(header.data() + 4);
  return std::optional(chunk);
}

std::string hex_of(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    char digits[4];
    std::snprintf(digits, sizeof digits, "%02x ", std::to_integer<unsigned>(byte));
    text += digits;
  }
  if (!text.empty()) text.pop_back();
  return text;
}

Status check_riff_header(ByteSource& source, const std::string& name) {
  std::array<std::byte, kRiffHeaderBytes> bytes;
  static_assert(kRiffHeaderBytes >= kForeignFormatBytes);
  auto count = source.read(0, bytes);
  if (!count.ok()) return count.status();
  const auto head = std::span<const std::byte>(bytes).first(*count);
  if (head.empty()) return invalid_argument("it is empty: not a WAV file");
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  if (text.starts_with("RIFF") && text.ends_with("WAVE") && text.size() == bytes.size()) return {};
  if (const ForeignFormat* format = recognise_foreign_format(head)) {
    return unsupported("it is " + std::string(format->name) + ", which is not read here; " +
                       conversion_advice(format->converter, name));
  }
  return invalid_argument("it is not a WAV file: it begins with the bytes " +
                          hex_of(head.first(std::min<std::size_t>(head.size(), 8))));
}

Result<WavLayout> read_format_chunk(ByteSource& source, const Chunk& chunk,
                                    const std::string& name) {
  std::array<std::byte, kWavFormatBytes> bytes;
  const auto wanted = std::min<std::uint64_t>(chunk.size, bytes.size());
  auto count = source.read(chunk.offset, std::span(bytes).first(static_cast<std::size_t>(wanted)));
  if (!count.ok()) return count.status();
  return parse_wav_format(std::span<const std::byte>(bytes).first(*count), name);
}

// Whether the bytes from `offset` on are chunks and nothing else.
Result<bool> only_chunks_follow(ByteSource& source, std::uint64_t offset) {
  while (offset < source.size()) {
    auto chunk = chunk_at(source, offset);
    if (!chunk.ok()) return chunk.status();
    if (!chunk->has_value()) return false;
    offset = (*chunk)->end();
  }
  return offset <= source.size() + 1;  // the last chunk may lack its padding
}

// Programs that write into a pipe can't come back to fill in the size: they leave 0, all ones, or a
// little less than what a signed or unsigned number holds.
Result<bool> is_streamed(ByteSource& source, const Chunk& data) {
  if (data.size == 0) {
    auto empty = only_chunks_follow(source, data.offset);
    if (!empty.ok()) return empty.status();
    return !*empty;
  }
  return (data.size >= 0x7FFF'0000 && data.size <= 0x7FFF'FFFF) || data.size >= 0xFFFF'0000;
}

std::string seconds_of(const WavLayout& layout, std::uint64_t frames) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f s",
                static_cast<double>(frames) / layout.format.sample_rate);
  return text;
}

Result<WavLayout> finish_layout(ByteSource& source, WavLayout layout, const Chunk& data,
                                const std::string& name) {
  const std::uint64_t there = source.size() - data.offset;
  auto streamed = is_streamed(source, data);
  if (!streamed.ok()) return streamed.status();
  const std::uint64_t promised =
      *streamed ? std::min(there, data.size == 0 ? there : data.size) : data.size;
  const std::uint64_t frames = promised / layout.frame_bytes();
  const std::uint64_t frames_there = there / layout.frame_bytes();
  if (frames == 0) return invalid_argument("it holds no samples");
  if (frames_there < frames) {
    return io_error("it is truncated: its header says " + seconds_of(layout, frames) + " (" +
                    std::to_string(frames) + " frames), but the file ends after " +
                    seconds_of(layout, frames_there) + " (" + std::to_string(frames_there) +
                    " frames); copy it again, or keep what is there with: sox --ignore-length '" +
                    name + "' '" + name + ".wav'");
  }
  layout.format.frames = static_cast<std::int64_t>(frames);
  layout.data_offset = data.offset;
  return layout;
}

}  // namespace

Result<WavLayout> read_wav_layout(ByteSource& source, const std::string& name) {
  if (Status status = check_riff_header(source, name); !status.ok()) return status;
  std::optional<WavLayout> layout;
  for (std::uint64_t offset = kRiffHeaderBytes;;) {
    auto chunk = chunk_at(source, offset);
    if (!chunk.ok()) return chunk.status();
    if (!chunk->has_value()) break;
    if ((*chunk)->is("data")) {
      if (!layout) return invalid_argument("it is damaged: its samples come before their format");
      return finish_layout(source, *layout, **chunk, name);
    }
    if ((*chunk)->is("fmt ")) {
      auto format = read_format_chunk(source, **chunk, name);
      if (!format.ok()) return format.status();
      layout = *format;
    }
    offset = (*chunk)->end();
  }
  return io_error("it is truncated or damaged: it ends before its samples begin");
}

}  // namespace voiceagent
