#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "audio/file_handle.h"
#include "audio/little_endian.h"
#include "audio/wav_format.h"
#include "audio/wav_header.h"
#include "voiceagent/wav.h"

namespace voiceagent {
namespace {

constexpr std::size_t kSampleBytes = sizeof(std::int16_t);

}  // namespace

struct WavWriter::Impl {
  Status write_bytes(std::span<const std::byte> bytes);
  // Puts the sizes, as they are now, at the head of the file.
  Status write_header();
  Status flush();
  Status failure() const {
    const int error = errno;
    return {error == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
            "cannot write '" + path + "': " + system_reason(error)};
  }

  std::string path;
  FileHandle file;
  int sample_rate = 0;
  int channels = 1;
  std::uint64_t data_bytes = 0;
};

Status WavWriter::Impl::write_bytes(std::span<const std::byte> bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file.get()) != bytes.size()) return failure();
  return {};
}

Status WavWriter::Impl::write_header() {
  const auto header =
      make_wav_header(sample_rate, channels, static_cast<std::uint32_t>(data_bytes));
  if (std::fseek(file.get(), 0, SEEK_SET) != 0) return failure();
  if (Status status = write_bytes(header); !status.ok()) return status;
  if (std::fseek(file.get(), 0, SEEK_END) != 0) return failure();
  return {};
}

Status WavWriter::Impl::flush() {
  if (std::fflush(file.get()) != 0) return failure();
  return {};
}

Result<WavWriter> WavWriter::create(const std::string& path, int sample_rate, int channels) {
  if (sample_rate < kMinSampleRate || sample_rate > kMaxSampleRate) {
    return invalid_argument("cannot write '" + path + "' with " + std::to_string(sample_rate) +
                            " samples a second: it must be " + std::to_string(kMinSampleRate) +
                            " to " + std::to_string(kMaxSampleRate));
  }
  if (channels < 1 || channels > kMaxWavChannels) {
    return invalid_argument("cannot write '" + path + "' with " + std::to_string(channels) +
                            " channels: it must be 1 to " + std::to_string(kMaxWavChannels));
  }
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->channels = channels;
  impl->sample_rate = sample_rate;
  impl->file.reset(std::fopen(path.c_str(), "wb"));
  if (impl->file == nullptr) return impl->failure();
  WavWriter writer(std::move(impl));
  if (Status status = writer.finish(); !status.ok()) return status;
  return writer;
}

WavWriter::WavWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WavWriter::WavWriter(WavWriter&&) noexcept = default;

WavWriter& WavWriter::operator=(WavWriter&& other) noexcept {
  std::swap(impl_, other.impl_);  // whose destructor finishes what this one wrote
  return *this;
}

WavWriter::~WavWriter() {
  if (impl_ != nullptr) static_cast<void>(finish());
}

Status WavWriter::write(std::span<const std::int16_t> samples) {
  if (samples.size() % static_cast<std::size_t>(impl_->channels) != 0) {
    return invalid_argument("cannot write " + std::to_string(samples.size()) + " samples to '" +
                            impl_->path + "': it has " + std::to_string(impl_->channels) +
                            " channels");
  }
  if (samples.size() * kSampleBytes > kMaxWavDataBytes - impl_->data_bytes) {
    return resource_exhausted("cannot write '" + impl_->path +
                              "': a WAV file holds at most 4 GiB; begin another one");
  }
  std::array<std::byte, 4096> block;
  while (!samples.empty()) {
    const auto part = samples.first(std::min(samples.size(), block.size() / kSampleBytes));
    for (std::size_t i = 0; i < part.size(); ++i) {
      store_le(&block[i * kSampleBytes], static_cast<std::uint16_t>(part[i]));
    }
    const auto bytes = std::span<const std::byte>(block).first(part.size_bytes());
    if (Status status = impl_->write_bytes(bytes); !status.ok()) return status;
    impl_->data_bytes += bytes.size();
    samples = samples.subspan(part.size());
  }
  return {};
}

Status WavWriter::finish() {
  if (Status status = impl_->write_header(); !status.ok()) return status;
  return impl_->flush();
}

}  // namespace voiceagent
