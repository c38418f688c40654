// Audio between a connection's encoding and the session's samples.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "audio/opus_codec.h"
#include "protocols/stream/audio_format.h"
#include "voiceagent/audio.h"
#include "voiceagent/status.h"

namespace voiceagent::protocols::stream {

// What comes from a client. Only Opus holds memory (18 KB).
class AudioDecoder {
 public:
  static Result<AudioDecoder> create(AudioFormat format);

  // Calls push(AudioView) -> Status for the samples of one message, piece by piece.
  // kInvalidArgument when the message can't be audio of that format.
  template <class Push>
  Status decode(std::span<const std::byte> message, Push&& push) {
    if (format_.encoding == Encoding::kOpus) {
      const auto samples = decode_opus(message);
      return samples.ok() ? push(AudioView{*samples, format_.sample_rate}) : samples.status();
    }
    const std::size_t bytes = bytes_per_sample();
    if (Status status = check(message); !status.ok()) return status;
    std::array<std::int16_t, kPiece> piece;
    while (!message.empty()) {
      const auto next = message.first(std::min(message.size(), kPiece * bytes));
      message = message.subspan(next.size());
      const AudioView audio{to_samples(next, piece), format_.sample_rate};
      if (Status status = push(audio); !status.ok()) return status;
    }
    return Status::success();
  }

  const AudioFormat& format() const { return format_; }

 private:
  static constexpr std::size_t kPiece = 2'048;  // samples on the stack

  explicit AudioDecoder(AudioFormat format) : format_(format) {}
  std::size_t bytes_per_sample() const { return format_.encoding == Encoding::kS16le ? 2 : 1; }
  Status check(std::span<const std::byte> message) const;
  std::span<const std::int16_t> to_samples(std::span<const std::byte> bytes,
                                           std::span<std::int16_t> into) const;
  Result<std::span<const std::int16_t>> decode_opus(std::span<const std::byte> packet);

  AudioFormat format_;
  std::unique_ptr<OpusDecoder> opus_;
};

// What goes to a client. Only Opus holds memory (46 KB), and keeps samples until they make a packet
// of 20 ms.
class AudioEncoder {
 public:
  static Result<AudioEncoder> create(AudioFormat format);

  // Calls send(position, bytes) for each message that the samples, whose first one has that
  // position, make. Both are at the format's rate.
  template <class Send>
  void encode(std::int64_t position, std::span<const std::int16_t> samples, Send&& send) {
    if (format_.encoding == Encoding::kOpus) return encode_opus(position, samples, send);
    std::array<std::byte, kPiece> piece;
    while (!samples.empty()) {
      const auto next = samples.first(std::min(samples.size(), kPiece / 2));
      samples = samples.subspan(next.size());
      send(position, to_bytes(next, piece));
      position += static_cast<std::int64_t>(next.size());
    }
  }
  // What waits to make a packet, filled up with silence; nothing comes after it for a while.
  template <class Send>
  void finish(Send&& send) {
    if (pending_.empty()) return;
    const std::size_t silence = opus_->frame_samples() - pending_.size();
    pending_.insert(pending_.end(), silence, 0);
    send_packet(send);
  }
  bool has_pending() const { return !pending_.empty(); }
  // Forgets it: it will not be played.
  void drop_pending() { pending_.clear(); }

  const AudioFormat& format() const { return format_; }

 private:
  static constexpr std::size_t kPiece = 4'096;  // bytes on the stack

  explicit AudioEncoder(AudioFormat format) : format_(format) {}
  std::span<const std::byte> to_bytes(std::span<const std::int16_t> samples,
                                      std::span<std::byte> into) const;

  template <class Send>
  void encode_opus(std::int64_t position, std::span<const std::int16_t> samples, Send& send) {
    while (!samples.empty()) {
      if (pending_.empty()) pending_position_ = position;
      const std::size_t room = opus_->frame_samples() - pending_.size();
      const auto next = samples.first(std::min(samples.size(), room));
      samples = samples.subspan(next.size());
      position += static_cast<std::int64_t>(next.size());
      pending_.insert(pending_.end(), next.begin(), next.end());
      if (next.size() == room) send_packet(send);
    }
  }
  template <class Send>
  void send_packet(Send& send) {
    // A whole frame of valid samples can't fail.
    if (const auto packet = opus_->encode(pending_); packet.ok()) {
      send(pending_position_, std::as_bytes(*packet));
    }
    pending_.clear();
  }

  AudioFormat format_;
  std::unique_ptr<OpusEncoder> opus_;
  std::vector<std::int16_t> pending_;
  std::int64_t pending_position_ = 0;
};

}  // namespace voiceagent::protocols::stream
