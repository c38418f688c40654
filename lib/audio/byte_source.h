// Bytes to read at any offset: a file, or memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "voiceagent/status.h"

namespace voiceagent {

// Not thread-safe.
class ByteSource {
 public:
  // A regular file. The error says why it can't be opened, without the path. Blocks.
  static Result<std::unique_ptr<ByteSource>> open_file(const std::string& path);
  // Bytes that outlive the source.
  static std::unique_ptr<ByteSource> from_memory(std::span<const std::byte> bytes);
  virtual ~ByteSource() = default;

  // How many bytes there are; a file's were counted when it was opened.
  virtual std::uint64_t size() const = 0;
  // Fills `out` from `offset` on; fewer than out.size() only at the end. Blocks on a file.
  virtual Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) = 0;
};

}  // namespace voiceagent
