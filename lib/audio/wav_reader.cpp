#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "audio/byte_source.h"
#include "audio/wav_layout.h"
#include "voiceagent/wav.h"

namespace voiceagent {

struct WavReader::Impl {
  static Result<std::unique_ptr<Impl>> open(std::unique_ptr<ByteSource> source, std::string name);

  // Reads up to max_frames frames; on_frame(const std::byte*) gets each. How many there were.
  template <class OnFrame>
  Result<std::size_t> read(std::size_t max_frames, OnFrame&& on_frame);
  // Fills `frames` with as many whole frames as are left and fit.
  Result<std::span<const std::byte>> read_block(std::span<std::byte> frames);

  std::string name;
  std::unique_ptr<ByteSource> source;
  WavLayout layout;
  std::int64_t position = 0;  // in frames
};

namespace {

// Room for 16 frames of the largest kind: 64 channels of 64 bits.
constexpr std::size_t kBlockBytes = 8192;

Status named(const Status& status, const std::string& name) {
  return status.within("cannot read '" + name + "'");
}

std::int16_t to_sample(double value) {
  return static_cast<std::int16_t>(std::lrint(std::clamp(value, -32768.0, 32767.0)));
}

}  // namespace

Result<std::unique_ptr<WavReader::Impl>> WavReader::Impl::open(std::unique_ptr<ByteSource> source,
                                                               std::string name) {
  auto layout = read_wav_layout(*source, name);
  if (!layout.ok()) return named(layout.status(), name);
  auto impl = std::make_unique<Impl>();
  impl->name = std::move(name);
  impl->source = std::move(source);
  impl->layout = *layout;
  return impl;
}

Result<std::span<const std::byte>> WavReader::Impl::read_block(std::span<std::byte> frames) {
  const std::size_t frame_bytes = layout.frame_bytes();
  const auto left = static_cast<std::uint64_t>(layout.format.frames - position);
  const auto count = std::min<std::uint64_t>(left, frames.size() / frame_bytes);
  frames = frames.first(static_cast<std::size_t>(count) * frame_bytes);
  const auto offset = layout.data_offset + static_cast<std::uint64_t>(position) * frame_bytes;
  auto got = source->read(offset, frames);
  if (!got.ok()) return named(got.status(), name);
  if (*got < frames.size()) {
    return named(io_error("it has become shorter while it was read: it ends after frame " +
                          std::to_string(position + static_cast<std::int64_t>(*got / frame_bytes)) +
                          " of " + std::to_string(layout.format.frames)),
                 name);
  }
  position += static_cast<std::int64_t>(count);
  return std::span<const std::byte>(frames);
}

template <class OnFrame>
Result<std::size_t> WavReader::Impl::read(std::size_t max_frames, OnFrame&& on_frame) {
  std::array<std::byte, kBlockBytes> buffer;
  const std::size_t frame_bytes = layout.frame_bytes();
  const std::size_t block_frames = buffer.size() / frame_bytes;
  std::size_t done = 0;
  while (done < max_frames) {
    const std::size_t wanted = std::min(max_frames - done, block_frames);
    auto block = read_block(std::span(buffer).first(wanted * frame_bytes));
    if (!block.ok()) return block.status();
    if (block->empty()) break;
    for (std::size_t at = 0; at < block->size(); at += frame_bytes) on_frame(block->data() + at);
    done += block->size() / frame_bytes;
  }
  return done;
}

Result<WavReader> WavReader::open(const std::string& path) {
  auto source = ByteSource::open_file(path);
  if (!source.ok()) return named(source.status(), path);
  auto impl = Impl::open(std::move(*source), path);
  if (!impl.ok()) return impl.status();
  return WavReader(std::move(*impl));
}

Result<WavReader> WavReader::from_bytes(std::span<const std::byte> bytes, std::string name) {
  auto impl = Impl::open(ByteSource::from_memory(bytes), std::move(name));
  if (!impl.ok()) return impl.status();
  return WavReader(std::move(*impl));
}

WavReader::WavReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WavReader::~WavReader() = default;
WavReader::WavReader(WavReader&&) noexcept = default;
WavReader& WavReader::operator=(WavReader&&) noexcept = default;

const WavFormat& WavReader::format() const { return impl_->layout.format; }

Result<std::size_t> WavReader::read_mono(std::span<std::int16_t> mono) {
  const WavLayout& layout = impl_->layout;
  std::int16_t* out = mono.data();
  return impl_->read(mono.size(), [&](const std::byte* frame) {
    double sum = 0;
    for (int channel = 0; channel < layout.format.channels; ++channel) {
      sum += layout.decode(frame);
      frame += layout.sample_bytes;
    }
    *out++ = to_sample(sum / layout.format.channels);
  });
}

Result<std::size_t> WavReader::read_interleaved(std::span<std::int16_t> samples) {
  const WavLayout& layout = impl_->layout;
  const auto channels = static_cast<std::size_t>(layout.format.channels);
  if (!samples.empty() && samples.size() < channels) {
    return named(invalid_argument("there is no room for a frame of " + std::to_string(channels) +
                                  " channels in " + std::to_string(samples.size()) + " samples"),
                 impl_->name);
  }
  std::int16_t* out = samples.data();
  return impl_->read(samples.size() / channels, [&](const std::byte* frame) {
    for (std::size_t channel = 0; channel < channels; ++channel) {
      *out++ = to_sample(layout.decode(frame + channel * layout.sample_bytes));
    }
  });
}

Result<Pcm> read_wav(const std::string& path, double max_seconds) {
  auto reader = WavReader::open(path);
  if (!reader.ok()) return reader.status();
  const WavFormat& format = reader->format();
  const double seconds = static_cast<double>(format.frames) / format.sample_rate;
  if (!(seconds <= max_seconds)) {
    char text[96];
    std::snprintf(text, sizeof text, "it lasts %.1f s; at most %.1f s are taken", seconds,
                  max_seconds);
    return named(invalid_argument(text), path);
  }
  Pcm pcm;
  pcm.sample_rate = format.sample_rate;
  pcm.samples.resize(static_cast<std::size_t>(format.frames));
  auto count = reader->read_mono(pcm.samples);
  if (!count.ok()) return count.status();
  return pcm;
}

}  // namespace voiceagent
