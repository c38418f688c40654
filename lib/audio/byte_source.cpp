#include "audio/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "audio/file_handle.h"

namespace voiceagent {
namespace {

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override {
    if (offset >= bytes_.size()) return std::size_t{0};
    const auto rest = bytes_.subspan(static_cast<std::size_t>(offset));
    const std::size_t count = std::min(rest.size(), out.size());
    std::copy_n(rest.begin(), count, out.begin());
    return count;
  }

 private:
  const std::span<const std::byte> bytes_;
};

class FileSource final : public ByteSource {
 public:
  FileSource(FileHandle file, std::uint64_t size) : file_(std::move(file)), size_(size) {}
  std::uint64_t size() const override { return size_; }
  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override {
    if (offset != position_ && std::fseek(file_.get(), static_cast<long>(offset), SEEK_SET) != 0) {
      return io_error("it cannot be read: " + system_reason(errno));
    }
    const std::size_t count = std::fread(out.data(), 1, out.size(), file_.get());
    position_ = offset + count;
    if (count < out.size() && std::ferror(file_.get()) != 0) {
      return io_error("it cannot be read: " + system_reason(errno));
    }
    return count;
  }

 private:
  FileHandle file_;
  const std::uint64_t size_;
  std::uint64_t position_ = 0;  // saves a seek, and with it the file's buffer
};

}  // namespace

Result<std::unique_ptr<ByteSource>> ByteSource::open_file(const std::string& path) {
  // Asked first: opening a pipe would wait for its writer, and a folder opens as if it were a file.
  std::error_code error;
  const auto type = std::filesystem::status(path, error).type();
  if (type == std::filesystem::file_type::not_found) return not_found("there is no such file");
  if (type == std::filesystem::file_type::directory) {
    return invalid_argument("it is a folder, not a file");
  }
  if (type == std::filesystem::file_type::none) {
    return io_error("it cannot be opened: " + error.message());
  }
  if (type != std::filesystem::file_type::regular) {
    return invalid_argument("it is a pipe or a device: write it to a file first");
  }
  const std::uint64_t size = std::filesystem::file_size(path, error);
  if (error) return io_error("it cannot be opened: " + error.message());
  FileHandle file(std::fopen(path.c_str(), "rb"));
  if (file == nullptr) return io_error("it cannot be opened: " + system_reason(errno));
  return std::unique_ptr<ByteSource>(std::make_unique<FileSource>(std::move(file), size));
}

std::unique_ptr<ByteSource> ByteSource::from_memory(std::span<const std::byte> bytes) {
  return std::make_unique<MemorySource>(bytes);
}

}  // namespace voiceagent
