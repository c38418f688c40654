/// @file
/// WAV files: reading any PCM or float format as 16-bit samples, writing 16-bit ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "voiceagent/audio.h"
#include "voiceagent/export.h"
#include "voiceagent/status.h"

namespace voiceagent {

/// What a WAV file holds.
struct WavFormat {
  int sample_rate = 0;      ///< Samples a second and channel.
  int channels = 0;         ///< Channels.
  int bits = 0;             ///< Bits a sample, as stored.
  bool is_float = false;    ///< IEEE float samples.
  std::int64_t frames = 0;  ///< Samples a channel.
};

/// Reads a WAV file piece by piece: 8, 16, 24 and 32-bit PCM, 32 and 64-bit float, any number of
/// channels up to 64 and any rate from 4 to 192 kHz, plain or extensible.
/// Not thread-safe.
class VOICEAGENT_EXPORT WavReader {
 public:
  /// Opens a file and reads its header. The error names the path, what is wrong (missing, not a WAV
  /// file, truncated, without samples, a format that is not supported) and what to do. Blocks.
  static Result<WavReader> open(const std::string& path);
  /// The same over bytes in memory, which must outlive the reader; `name` stands for the path.
  static Result<WavReader> from_bytes(std::span<const std::byte> bytes, std::string name);
  ~WavReader();
  WavReader(WavReader&&) noexcept;
  WavReader& operator=(WavReader&&) noexcept;

  /// What the file holds.
  const WavFormat& format() const;
  /// Reads up to `mono.size()` frames, all channels averaged into one, clipped to full scale (NaN
  /// becomes 0). Returns how many were read; 0 at the end. kIo when the file ends before its time.
  Result<std::size_t> read_mono(std::span<std::int16_t> mono);
  /// Reads up to `samples.size() / channels` frames, interleaved. As read_mono.
  Result<std::size_t> read_interleaved(std::span<std::int16_t> samples);

 private:
  struct Impl;
  explicit WavReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Reads a whole file as mono. At most `max_seconds` of it: a longer one is kInvalidArgument.
VOICEAGENT_EXPORT Result<Pcm> read_wav(const std::string& path, double max_seconds = 3600);

/// Writes a 16-bit PCM WAV file; the header is right after every finish(). Not thread-safe.
class VOICEAGENT_EXPORT WavWriter {
 public:
  /// Creates or overwrites a file. The error names the path and the system's reason. Blocks.
  static Result<WavWriter> create(const std::string& path, int sample_rate, int channels = 1);
  /// Finishes; errors are lost: call finish() to see them.
  ~WavWriter();
  WavWriter(WavWriter&&) noexcept;
  WavWriter& operator=(WavWriter&&) noexcept;

  /// Appends interleaved samples; a multiple of the channel count. Fails past 4 GiB.
  Status write(std::span<const std::int16_t> samples);
  /// Writes the sizes into the header and flushes to the system; more may be written afterwards.
  Status finish();

 private:
  struct Impl;
  explicit WavWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace voiceagent
