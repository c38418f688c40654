// Opus, for speech over a network: one encoder a sender, one decoder a receiver.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "voiceagent/status.h"
#include "voiceagent/time.h"

namespace voiceagent {

struct OpusEncoderOptions {
  int sample_rate = 48'000;                        // 8,000, 12,000, 16,000, 24,000 or 48,000
  int channels = 1;                                // or 2, interleaved
  Duration frame = std::chrono::milliseconds(20);  // 2.5, 5, 10, 20, 40 or 60 ms
  int bitrate = 24'000;   // bits a second, 6,000 to 510,000; short frames need more
  int complexity = 5;     // 0 to 10: more CPU time for better sound
  bool fec = false;       // repeats each frame, coarsely, in the next packet (from 10 ms on)
  int expected_loss = 0;  // per cent, 0 to 100: at 0 no room is spent on fec
  bool dtx = false;       // sends next to nothing in silence
};

// Not thread-safe; memory (about 44 KB for mono) is taken by create() alone.
class OpusEncoder {
 public:
  // kInvalidArgument names the option that is out of its range.
  static Result<std::unique_ptr<OpusEncoder>> create(const OpusEncoderOptions& options);
  virtual ~OpusEncoder() = default;

  // Samples of a frame, of all channels together.
  virtual std::size_t frame_samples() const = 0;
  // Encodes exactly one frame. The packet is valid until the next call; it is empty when dtx says
  // that there is nothing to send.
  virtual Result<std::span<const std::uint8_t>> encode(std::span<const std::int16_t> frame) = 0;
  // By how many samples a channel what is decoded lags behind.
  virtual int lookahead() const = 0;
  // What the receiver reports, for fec. Per cent, 0 to 100.
  virtual Status set_expected_loss(int percent) = 0;
  // Bits a second, as in the options.
  virtual Status set_bitrate(int bits_per_second) = 0;
  // Forgets the past: the next frame begins a new stream.
  virtual void reset() = 0;
};

// Not thread-safe. Results are interleaved samples, valid until the next call; memory (about 18 KB
// for mono) is taken by create() and for the longest packet seen.
class OpusDecoder {
 public:
  // The rate that comes out, whatever was encoded: one of the encoder's. One or two channels.
  static Result<std::unique_ptr<OpusDecoder>> create(int sample_rate, int channels = 1);
  virtual ~OpusDecoder() = default;

  // Samples a channel that a packet says it holds; kProtocol when it can't be an Opus packet.
  virtual Result<int> samples_in(std::span<const std::uint8_t> packet) const = 0;
  // Decodes the next packet. kProtocol when it is no Opus packet; the stream goes on behind it.
  virtual Result<std::span<const std::int16_t>> decode(std::span<const std::uint8_t> packet) = 0;
  // Stands in for a lost packet of so many samples a channel: a multiple of 2.5 ms, up to 120 ms.
  virtual Result<std::span<const std::int16_t>> conceal(int samples) = 0;
  // The same, from the copy that the packet after the lost one may hold; conceals when it holds
  // none. decode() that packet next.
  virtual Result<std::span<const std::int16_t>> recover(std::span<const std::uint8_t> next_packet,
                                                        int samples) = 0;
  // Forgets the past: the next packet begins a new stream.
  virtual void reset() = 0;
};

}  // namespace voiceagent
